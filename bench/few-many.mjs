// For cases that measure sluice with few and with many connections or topics. The figures are
// called `fewFigure` and `manyFigure`.

/** The ratio of a figure with many to that with few. */
export const growth = (of, figure) => of('sluice', `many${figure}`) / of('sluice', `few${figure}`);

/** `heads`: the heads of the text, few and many columns. `lines`: the text of each figure. */
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
