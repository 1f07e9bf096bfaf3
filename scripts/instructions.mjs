// npm run instructions -- [--write]: counts the instructions of publishing, fan-out and flush, and
// compares them with the committed figures. `--write` updates those figures.
import { parseArgs } from 'node:util';
import { COMMITTED, commit, committed } from './instructions/committed.mjs';
import { ADVICE, boundOf, faults, growths } from './instructions/compare.mjs';
import { count } from './instructions/count.mjs';
import { notCounted } from './instructions/supported.mjs';

function print(before, now) {
  const rows = growths(before, now).map(({ name, from, to, growth }) => [
    name,
    String(from ?? '-'),
    String(to ?? '-'),
    Number.isNaN(growth) ? '' : `${growth >= 0 ? '+' : ''}${growth.toFixed(1)} %`,
  ]);
  rows.unshift(['instructions', `rustc ${before.rustc}`, `rustc ${now.rustc}`, 'growth']);
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  for (const [name, ...numbers] of rows) {
    const right = numbers.map((number, at) => number.padStart(widths[at + 1]));
    console.log([name.padEnd(widths[0]), ...right].join('  '));
  }
}

const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
const reason = notCounted();
if (reason) {
  console.error(`sluice: instructions cannot be counted: ${reason}`);
  process.exit(1);
}
const before = committed();
const now = count();
print(before, now);
if (values.write) {
  commit(now);
  console.log(`\nsluice: wrote ${COMMITTED}`);
} else {
  console.log(`\nat most ${boundOf(before, now)} % more`);
  const found = faults(before, now);
  if (found.length > 0) {
    console.error([...found, ADVICE].join('\n'));
    process.exitCode = 1;
  }
}
