// Compares the log of a stream with a model: appends, reads, forks and drops in any order.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import fc from 'fast-check';

const require = createRequire(import.meta.url);
const { Budget } = require('../../../lib/faces/streams/budget.js');
const { Log } = require('../../../lib/faces/streams/log.js');

/** A log and its expected content: its appends, the oldest first. */
class Pair {
  constructor(log, floor, appends) {
    this.log = log;
    this.floor = floor;
    this.appends = appends;
  }

  append(size, letter) {
    const bytes = Buffer.alloc(size, letter);
    assert.equal(this.log.append(bytes), true);
    this.appends.push(bytes);
  }

  drop() {
    if (this.log.isEmpty) return;
    this.log.dropFirst();
    this.floor += this.appends.shift().length;
  }

  fork(share) {
    const count = Math.floor(share * this.appends.length);
    const kept = this.appends.slice(0, count);
    const position = this.floor + Buffer.concat(kept).length;
    return new Pair(this.log.fork(position), this.floor, kept);
  }

  check(most) {
    const { log, appends } = this;
    assert.equal(log.floor, this.floor);
    let position = this.floor;
    for (const bytes of appends) {
      assert.ok(log.hasBoundary(position));
      if (bytes.length > 1) assert.ok(!log.hasBoundary(position + 1));
      const read = log.read(position, most);
      const expected = Buffer.concat(appends.slice(appends.indexOf(bytes))).subarray(
        0,
        read.next - position,
      );
      assert.deepEqual(read.bytes, expected);
      assert.ok(read.bytes.length >= bytes.length);
      assert.ok(read.bytes.length <= Math.max(most, bytes.length));
      position += bytes.length;
    }
    assert.equal(log.tail, position);
    assert.ok(log.hasBoundary(position));
    assert.ok(!log.hasBoundary(position + 1));
    assert.deepEqual(log.read(position, most), { bytes: Buffer.alloc(0), next: position });
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('append'), size: fc.integer({ min: 1, max: 3000 }) }),
  fc.record({ do: fc.constant('drop') }),
  fc.record({ do: fc.constant('fork'), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  fc.record({ do: fc.constant('end') }),
);

describe('the log', () => {
  test('keeps its appends, shares them with forks and returns its budget', () => {
    const steps = fc.array(fc.tuple(step, fc.nat(1000)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 5000 }), (steps, most) => {
        const budget = new Budget(1 << 30);
        const pairs = [new Pair(new Log(budget), 0, [])];
        steps.forEach(([action, which], index) => {
          const at = which % pairs.length;
          const letter = String.fromCharCode(97 + (index % 26));
          if (action.do === 'append') pairs[at].append(action.size, letter);
          else if (action.do === 'drop') pairs[at].drop();
          else if (action.do === 'fork') pairs.push(pairs[at].fork(action.share));
          else if (pairs.length > 1) pairs.splice(at, 1)[0].log.dispose();
          for (const pair of pairs) pair.check(most);
        });
        for (const { log } of pairs) log.dispose();
        assert.equal(budget.used, 0);
      }),
      { numRuns: 100 },
    );
  });

  test('appends nothing if the budget is exhausted', () => {
    const budget = new Budget(600);
    const log = new Log(budget);
    assert.equal(log.append(Buffer.alloc(500)), true);
    const { used } = budget;
    assert.equal(log.append(Buffer.alloc(100)), false);
    assert.equal(budget.used, used);
    assert.equal(log.tail, 500);
    log.dispose();
    assert.equal(budget.used, 0);
  });
});
