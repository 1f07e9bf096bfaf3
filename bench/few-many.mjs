// For cases that measure sluice with few connections or topics, and with many. The figures are
// called `fewFigure` and `manyFigure`.

/** How much a figure grows from few to many. */
export const growth = (of, figure) => of('sluice', `many${figure}`) / of('sluice', `few${figure}`);

/** `heads`: those of the text, of few and of many. `lines`: the text of each figure. */
export const tableOfGrowth = ({ of, cell, table }, heads, lines) =>
  table(
    [...heads, 'ratio'],
    Object.entries(lines).map(([figure, text]) => [
      text,
      cell(of('sluice', `few${figure}`)),
      cell(of('sluice', `many${figure}`)),
      cell(growth(of, figure)),
    ]),
  );
