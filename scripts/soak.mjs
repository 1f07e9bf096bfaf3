// npm run soak -- [--minutes N] [--only STAGE]... [--seed N]
import { build } from './build.mjs';
import { install } from './install.mjs';
import { readArguments, USAGE } from './soak/arguments.mjs';
import { killAll } from './soak/batch.mjs';
import { runStage } from './soak/stage.mjs';
import { STAGES } from './soak/stages.mjs';

const MIB = 2 ** 20;
const LAST_LINES = 200;

function read() {
  try {
    return readArguments(process.argv.slice(2), STAGES);
  } catch (error) {
    console.error(`sluice: ${error.message}\n${USAGE}`);
    return process.exit(1);
  }
}

function printTable(rows) {
  const cells = rows.map(({ stage, tried, units, counts, memory, verdict }) => [
    stage,
    `${tried} ${units}`,
    [...counts].map(([what, number]) => `${number} ${what}`).join(', '),
    `${Math.round(memory / MIB)} MiB`,
    verdict,
  ]);
  const table = [['stage', 'tried', 'counts', 'memory', 'verdict'], ...cells];
  const widths = table[0].map((_, at) => Math.max(...table.map((row) => row[at].length)));
  for (const row of table) {
    console.log(
      row
        .map((cell, at) => cell.padEnd(widths[at]))
        .join('  ')
        .trimEnd(),
    );
  }
}

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const { minutes, seed, stages } = read();
if ((await install()) !== 0 || (await build()) !== 0) process.exit(1);
const shares = stages.reduce((sum, { share }) => sum + share, 0);
const rows = [];
for (const stage of stages) {
  const seconds = (60 * minutes * stage.share) / shares;
  console.log(`\n── ${stage.name}, ${Math.round(seconds)} s`);
  const row = await runStage(stage, { seconds, seed, log: console.log });
  if (row.output) console.log(row.output.split('\n').slice(-LAST_LINES).join('\n'));
  console.log(row.verdict);
  rows.push(row);
}
console.log();
printTable(rows);
const failed = rows.filter(({ verdict }) => verdict.startsWith('FAILED'));
for (const { again } of failed) if (again) console.log(`\nTo repeat it: ${again}`);
process.exitCode = failed.length > 0 ? 1 : 0;
