import { runBatch } from './batch.mjs';

/** The longest batch, in seconds, so that progress is visible. */
const LONGEST = 60;
const MIB = 2 ** 20;

/** Adds up what the tests of a batch counted, such as `663 visits, 48 cuts`. */
function count(output, counts) {
  const lines = output.matchAll(/^# (\d+ [a-z].*)$/gm);
  for (const [, line] of lines) {
    for (const [, number, what] of line.matchAll(/(\d+) ([a-z][a-z ]*)/g)) {
      counts.set(what, (counts.get(what) ?? 0) + Number(number));
    }
  }
}

const failedSeed = (output) => /\bseed (\d+)/.exec(output)?.[1];

/** The command that repeats a seed. */
function repeat(stage, prepared, { output, first, size }) {
  const { program, args } = stage.command(first, size);
  const seed = failedSeed(output);
  const own = stage.units === 'seeds' && seed ? stage.env(seed, 1) : stage.env(first, size);
  const words = Object.entries({ ...prepared, ...own }).map(([name, value]) => `${name}=${value}`);
  return [...words, program === process.execPath ? 'node' : program, ...args].join(' ');
}

/**
 * Runs batches of a stage for that many seconds, starting from a seed. Returns a row of the table,
 * with the output of a batch that failed.
 */
export async function runStage(stage, { seconds, seed, log }) {
  const row = { stage: stage.name, tried: 0, units: stage.units, counts: new Map(), memory: 0 };
  const reason = stage.skip?.();
  if (reason) return { ...row, verdict: `skipped: ${reason}` };
  const prepared = stage.prepare ? await stage.prepare() : {};
  if (!prepared) return { ...row, verdict: 'FAILED: it cannot be prepared' };
  const started = performance.now();
  const left = () => seconds - (performance.now() - started) / 1000;
  let size = stage.begin;
  do {
    const first = seed + row.tried;
    const { program, args } = stage.command(first, size);
    const env = { ...prepared, ...stage.env(first, size) };
    const batch = await runBatch(program, args, env);
    row.memory = Math.max(row.memory, batch.memory);
    if (batch.code !== 0) {
      const again = repeat(stage, prepared, { output: batch.output, first, size });
      return { ...row, verdict: 'FAILED', output: batch.output, again };
    }
    row.tried += size;
    count(batch.output, row.counts);
    const memory = `${Math.round(batch.memory / MIB)} MiB`;
    log(`${stage.name}: ${row.tried} ${stage.units}, ${memory}, ${Math.round(left())} s left`);
    const next = stage.isOneProcess ? left() : Math.min(LONGEST, left());
    size = Math.floor((size * next) / batch.seconds);
  } while (size >= stage.begin);
  return { ...row, verdict: 'ok' };
}
