// Collects the cases of the bench: each file in `cases/` is a case with the name of the file.
//
// A case exports these:
//
//   run(server, size)  measures one server, which is an entry of `servers.mjs`, and resolves with
//                      figures by name
//   servers            the names of the servers that take part
//   full, quick        sizes: how many `rounds` there are, and whatever `run` reads.
//                      `roundsFor` has other numbers of rounds, by the name of the server
//   conditions(size)   what is measured, for the list above the tables
//
// and optionally these:
//
//   columns            `{ figure, head }`: columns of the table that compares all servers
//   tables(view)       tables of the case
//   targets            `{ text, figure(of), most }` or `{ text, figure(of), least }`
//   group              a name that selects all cases of a group
//   needs              programs, each with `assertInstalled()`
//
// `of(server, figure)` is the median over the rounds, and undefined if it was not measured.
// `view` has `of`, the `size`, the `names` of the servers of this run that take part,
// `cell(number)`, which formats a figure, and `table(heads, rows)`.
import { readdirSync } from 'node:fs';

/** The order in the report. Cases that are not listed here follow, sorted by name. */
const ORDER = [
  ...['steady', 'unpinned', 'javascript', 'burst', 'flood', 'accept', 'memory'],
  ...['topics', 'storm', 'replay', 'stalled', 'compressed'],
  ...['single', 'pings', 'each', 'tokens', 'https', 'http2', 'core'],
  ...['reach', 'fleet', 'arrivals', 'rate'],
];

const directory = new URL('cases/', import.meta.url);
const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort((one, other) => place(one) - place(other) || one.localeCompare(other));
const load = async (name) => [name, await import(new URL(`${name}.mjs`, directory))];

export const cases = Object.fromEntries(await Promise.all(names.map(load)));

/** The names of the cases of each group. */
export const groups = {};
for (const [name, { group }] of Object.entries(cases)) {
  if (group) groups[group] = [...(groups[group] ?? []), name];
}

export const roundsOf = (size, server) => size.roundsFor?.[server] ?? size.rounds;
