// Tests the line in which the dashboard summarizes its measurements.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from '../../examples/dashboard/public/verdict.mjs';

const result = (sendTime, more) => ({ sendTime, clients: 10, rate: 5, keepsUp: true, ...more });

test('a large ratio is a whole number, and a small ratio has one decimal', () => {
  const native = result(0.02);
  assert.equal(
    verdict({ native, loop: result(6) }),
    'native used the JavaScript thread for 20 µs per broadcast, a res.write loop 300 times as long.',
  );
  assert.match(verdict({ native, loop: result(0.05) }), /a res\.write loop 2\.5 times as long\.$/);
});

test('two times replace a ratio below 1.5, also if native took longer', () => {
  for (const time of [29, 20, 7]) {
    assert.equal(
      verdict({ native: result(0.02), loop: result(time / 1000) }),
      `native used the JavaScript thread for 20 µs per broadcast, a res.write loop for ${time} µs.`,
    );
  }
});

test('measurements with different loads are not compared', () => {
  const loop = result(6, { clients: 20, keepsUp: false });
  assert.match(verdict({ native: result(0.02), loop }), /loop was measured with another load\.$/);
});

test('transports that cannot keep up are named', () => {
  const native = result(0.02);
  const stream = result(1, { keepsUp: false });
  const loop = result(6, { keepsUp: false });
  assert.match(verdict({ native, loop }), / as long\. The res\.write loop cannot keep up\.$/);
  assert.match(verdict({ native, stream, loop }), / Stream and the res\.write loop cannot keep up/);
  assert.match(verdict({ native: { ...native, keepsUp: false }, loop: result(6) }), / Native cann/);
});

test('the progress is shown until native and the loop are measured', () => {
  const measuring = { transport: 'stream', step: 2, steps: 3 };
  assert.equal(verdict({ loop: result(6) }, measuring), 'Measuring stream, 2 of 3 …');
  assert.equal(verdict({ loop: result(6) }, null), 'Not all transports are measured yet.');
});
