// The engines for measuring backplanes, by their names in `servers/channels.js`.
//
// `start` resolves with a running engine: its `url` and `port`, the `protocol` of its subscribers
// as the load client names it, `publish(text)` for these, `stop()`, and `reads()` if it counts how
// often a range of a log is read. `assertInstalled` throws if the program is missing.
import { nats } from './nats.mjs';
import { redis } from './redis.mjs';

export const engines = { redis, nats };

/** Calls `measure` for each engine. The names of its figures begin with the name of the engine. */
export const overEngines = (measure) => async (_server, size) => {
  const figures = {};
  for (const engine of Object.keys(engines)) {
    for (const [figure, value] of Object.entries(await measure(engine, size))) {
      figures[`${engine} ${figure}`] = value;
    }
  }
  return figures;
};

const names = Object.keys(engines);
export const titles = names.map((name) => engines[name].title);

/** The rows of a table with a column for each engine. `rows`: the titles by figure. */
export const byEngine = (of, cell, rows) =>
  rows.map(([figure, text]) => [
    text,
    ...names.map((name) => cell(of('sluice', `${name} ${figure}`))),
  ]);
