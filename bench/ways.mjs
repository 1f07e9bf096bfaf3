// For cases that serve the same connections in several ways. `ways`: the names in the table, by
// way. A figure is called `way figure` and belongs to sluice.

/** Measures one way after another. `measure(way, size)` returns its figures by name. */
export async function measureWays(ways, measure, size) {
  const figures = {};
  for (const way of Object.keys(ways)) {
    for (const [figure, value] of Object.entries(await measure(way, size))) {
      figures[`${way} ${figure}`] = value;
    }
  }
  return figures;
}

/** A table with a row for each way. `heads`: the heads of the columns, by figure. */
export const tableOfWays = ({ of, cell, table }, title, ways, heads) =>
  table(
    [title, ...Object.values(heads)],
    Object.entries(ways).map(([way, name]) => [
      name,
      ...Object.keys(heads).map((figure) => cell(of('sluice', `${way} ${figure}`))),
    ]),
  );
