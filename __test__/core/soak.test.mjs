// Tests `npm run soak`: its options, and a stage that runs for a second.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readArguments } from '../../scripts/soak/arguments.mjs';
import { runStage } from '../../scripts/soak/stage.mjs';
import { STAGES } from '../../scripts/soak/stages.mjs';
import { SOON } from '../support/soon.mjs';

const script = fileURLToPath(new URL('../../scripts/soak.mjs', import.meta.url));
const latest = STAGES.find(({ name }) => name === 'latest model');

test('all stages share an hour by default', () => {
  assert.deepEqual(readArguments([], STAGES), { minutes: 60, seed: 0, stages: STAGES });
});

test('the options choose stages, the time and the first seed', () => {
  const args = ['--minutes', '0.5', '--only', 'churn', '--only', 'latest model', '--seed', '7'];
  const { minutes, seed, stages } = readArguments(args, STAGES);
  assert.deepEqual([minutes, seed], [0.5, 7]);
  assert.deepEqual(
    stages.map(({ name }) => name),
    ['latest model', 'churn'],
  );
});

for (const [args, message] of [
  [['--minutes', 'long'], /--minutes must be above 0, but is long/],
  [['--seed', '-1'], /--seed/],
  [['--only', 'tea'], /there is no stage "tea"; choose from: resume model;/],
  [['--tea'], /Unknown option '--tea'/],
]) {
  test(`${args.join(' ')} is rejected`, SOON, () => {
    const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.match(stderr, /usage: npm run soak/);
  });
}

test('a stage tries seeds from the given one upwards, and counts', SOON, async () => {
  const lines = [];
  const log = (line) => lines.push(line);
  const row = await runStage(latest, { seconds: 1, seed: 1000, log });
  assert.equal(row.verdict, 'ok', row.output);
  assert.ok(row.tried >= latest.begin);
  assert.ok(row.counts.get('returns') > 0);
  assert.match(lines.at(-1), new RegExp(`^latest model: ${row.tried} seeds, \\d+ MiB, `));
});

test('a failed stage reports how to repeat the seed', SOON, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-soak-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'fails.mjs');
  writeFileSync(file, 'throw new Error("seed " + process.env.SLUICE_FIRST_SEED + "2: lost");');
  const command = () => ({ program: process.execPath, args: [file] });
  const row = await runStage({ ...latest, command }, { seconds: 1, seed: 4, log() {} });
  assert.equal(row.verdict, 'FAILED');
  assert.match(row.output, /seed 42: lost/);
  assert.equal(row.again, `SLUICE_FIRST_SEED=42 SLUICE_SEEDS=1 node ${file}`);
});

test('a stage that cannot run is skipped with a reason', async () => {
  const stage = { ...latest, skip: () => 'tea is missing' };
  const { verdict } = await runStage(stage, { seconds: 1, seed: 0, log() {} });
  assert.equal(verdict, 'skipped: tea is missing');
});
