// Formats medians as Markdown: the conditions, a table that compares all servers, the tables of the
// cases, and whether their targets are met.
import { availableParallelism } from 'node:os';
import { significant } from './format.mjs';
import { servers } from './servers.mjs';

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(heads, rows) {
  const rule = heads.map((_head, index) => (index === 0 ? '---' : '---:'));
  return [row(heads), row(rule), ...rows.map(row)].join('\n');
}

const cell = (value) => (value === undefined || Number.isNaN(value) ? '–' : significant(value));

function condition({ module, size }) {
  const { rounds, roundsFor = {} } = size;
  const others = Object.entries(roundsFor).map(([name, more]) => `${more} for ${name}`);
  const first = rounds === 1 ? 'one round' : `median of ${rounds} rounds`;
  return `- ${module.conditions(size)}; ${[first, ...others].join(', ')}`;
}

/** The table of all servers, and the table of sluice's ratios to the others. */
function comparison(measured, names) {
  const columns = measured.flatMap(({ module, of }) =>
    (module.columns ?? []).map(({ figure, head }) => ({ head, own: (name) => of(name, figure) })),
  );
  const taking = names.filter((name) => columns.some(({ own }) => own(name) !== undefined));
  if (taking.length === 0) return [];
  const rows = (list, figure) =>
    list.map((name) => [
      servers[name].title(),
      ...columns.map((column) => cell(figure(column, name))),
    ]);
  const heads = columns.map(({ head }) => head);
  const absolute = table(
    ['server', ...heads],
    rows(taking, ({ own }, name) => own(name)),
  );
  const others = taking.filter((name) => name !== 'sluice');
  if (!taking.includes('sluice') || others.length === 0) return [absolute];
  const ratios = rows(others, ({ own }, name) => own('sluice') / own(name));
  return [
    absolute,
    table(['sluice divided by', ...heads.map((head) => head.split(',')[0])], ratios),
  ];
}

/**
 * `measured`: for each case, its `module`, its `size`, the `names` of its servers, and `of`.
 * `names`: the servers of this run. `notes`: lines about servers that were left out and
 * measurements that failed.
 */
export function report({ measured, names, command, notes, verdicts }) {
  const parts = [
    `\`${command}\`: Node.js ${process.version}, ${availableParallelism()} cores, ` +
      `${process.platform} ${process.arch}, ${new Date().toISOString().slice(0, 10)}`,
    measured.map(condition).join('\n'),
    notes.map((note) => `- ${note}`).join('\n'),
    ...comparison(measured, names),
    ...measured.flatMap(({ module, names, size, of }) =>
      names.length > 0 && module.tables ? module.tables({ of, size, names, cell, table }) : [],
    ),
    verdicts.map(({ line }) => line).join('\n'),
  ];
  return `${parts.filter(Boolean).join('\n\n')}\n`;
}
