// Checks the speed of the core by its number of instructions, which does not depend on the machine
// or its load.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { committed } from '../../scripts/instructions/committed.mjs';
import { ADVICE, boundOf, faults, growths } from '../../scripts/instructions/compare.mjs';
import { count } from '../../scripts/instructions/count.mjs';
import { notCounted } from '../../scripts/instructions/supported.mjs';

const figures = (instructions, rustc = '1.95.0') => ({ rustc, instructions });

test('a growth of more than 10 % is a fault', () => {
  const before = figures({ publish: 1000, flush: 100 });
  assert.deepEqual(faults(before, figures({ publish: 1100, flush: 20 })), []);
  const [fault, ...others] = faults(before, figures({ publish: 1101, flush: 20 }));
  assert.deepEqual(others, []);
  assert.match(fault, /^"publish" takes 1101 instructions, 10\.1 % more than the committed 1000/);
  assert.match(fault, /\(at most 10 %\): callgrind_annotate target\/instructions\/publish\.call/);
});

test('with another version of rustc, a growth of more than 25 % is a fault', () => {
  const before = figures({ publish: 1000 });
  assert.deepEqual(faults(before, figures({ publish: 1250 }, '1.96.0')), []);
  const [fault] = faults(before, figures({ publish: 1260 }, '1.96.0'));
  assert.match(fault, /\(at most 25 % with rustc 1\.96\.0 instead of 1\.95\.0\)/);
});

test('a missing figure and a missing operation are faults', () => {
  const found = faults(figures({ publish: 1000 }), figures({ flush: 100 }));
  assert.equal(found.length, 2);
  assert.match(found[0], /"publish" has a committed figure, but was not counted/);
  assert.match(found[1], /"flush" has no committed figure/);
});

// The first build takes longer than the counting.
const options = { timeout: 480_000, skip: notCounted() };

test('no operation takes more instructions than the committed figures allow', options, (t) => {
  const [before, now] = [committed(), count()];
  for (const { name, from, to, growth } of growths(before, now)) {
    t.diagnostic(`${name}: ${to} instructions (${from} committed, ${growth.toFixed(1)} %)`);
  }
  if (before.rustc !== now.rustc) {
    const bound = boundOf(before, now);
    t.diagnostic(`up to ${bound} % more: rustc is ${now.rustc} instead of ${before.rustc}`);
  }
  const found = faults(before, now);
  assert.ok(found.length === 0, [...found, ADVICE].join('\n'));
});
