// Checks that the core accesses only valid memory and frees all of it. `SLUICE_ROUNDS` sets the
// number of rounds.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noValgrind, valgrind } from './memory/valgrind.mjs';

const rounds = Number(process.env.SLUICE_ROUNDS || 1);
// A round takes half a minute under valgrind.
const options = process.env.SLUICE_ROUNDS ? {} : { timeout: 480_000 };
const file = (name) => fileURLToPath(new URL(`memory/${name}`, import.meta.url));

test('valgrind finds the faults of a faulty addon', {
  ...options,
  skip: noValgrind,
}, async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-faulty-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const addon = path.join(folder, 'faulty.node');
  const { status, stderr } = spawnSync('cc', [
    '-g',
    '-shared',
    '-fPIC',
    '-o',
    addon,
    file('faulty.c'),
  ]);
  assert.equal(status, 0, String(stderr));
  const program = path.join(folder, 'program.cjs');
  writeFileSync(program, `require(${JSON.stringify(addon)});`);
  const { code, errors } = await valgrind(program);
  assert.equal(code, 0);
  const kinds = errors.map((error) => error.split('\n')[0]).sort();
  assert.deepEqual(kinds, ['InvalidWrite', 'Leak_DefinitelyLost']);
});

test(`valgrind finds no fault in the core, ${rounds} rounds`, {
  ...options,
  skip: noValgrind,
}, async (t) => {
  const { code, output, errors } = await valgrind(file('workload.mjs'), String(rounds));
  // A failing program frees nothing, so check its exit code first.
  assert.equal(code, 0, output);
  assert.deepEqual(errors, []);
  const { round, deliveries, drops, history } = JSON.parse(output.trim().split('\n').at(-1));
  assert.equal(round, rounds);
  t.diagnostic(`${deliveries} deliveries, ${drops} drops`);
  assert.ok(deliveries > 1000 && drops > 0 && history.replayed > 0, output);
});
