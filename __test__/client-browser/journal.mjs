// What a tab that shares knows, and what another one lacks.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Journal } from '../../client/share/journal.js';

const entry = (n, id = String(n), data = '') => ({
  n,
  event: { event: 'message', data, id, lastEventId: id },
});

/** What a tab that stands there lacks. */
function lacks(made, position) {
  const { entries, gap } = made.since(position);
  return { entries: entries.map(({ n, event }) => ({ n, event })), gap };
}

/** A tab that has these events, and what is delivered to it. */
function journal(...entries) {
  const made = new Journal();
  for (const one of entries) made.take(one);
  const ids = [];
  return { made, ids, deliver: ({ id }) => ids.push(id) };
}

const between = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => entry(from + n));

const position = ({ n, cursor }, entries = []) => ({ n, cursor, entries });

describe('the journal of a tab that shares', () => {
  test('gives one that is behind what it lacks, and nothing to one that is ahead', () => {
    const { made } = journal(...between(1, 5));
    assert.deepEqual(lacks(made, { n: 3, cursor: '3' }).entries, between(4, 5));
    assert.deepEqual(lacks(made, { n: 5, cursor: '5' }).entries, []);
    assert.deepEqual(lacks(made, { n: 9, cursor: '9' }).entries, []);
  });

  test('gives one that comes with a cursor what followed it, and says if it is unknown', () => {
    const { made } = journal(...between(1, 5));
    assert.deepEqual(lacks(made, { n: undefined, cursor: '3' }), {
      entries: between(4, 5),
      gap: false,
    });
    assert.deepEqual(made.since({ n: undefined, cursor: '5' }), { entries: [], gap: false });
    assert.deepEqual(made.since({ n: undefined, cursor: '' }), { entries: [], gap: false });
    assert.deepEqual(made.since({ n: undefined, cursor: 'x' }), { entries: [], gap: true });
  });

  test('knows the cursor that it began with', () => {
    const made = new Journal();
    made.cursor = 'begin';
    assert.equal(made.since({ n: undefined, cursor: 'begin' }).gap, false);
    for (const one of between(1, 2)) made.take(one);
    const all = { entries: between(1, 2), gap: false };
    assert.deepEqual(lacks(made, { n: undefined, cursor: 'begin' }), all);
  });

  test('knows a cursor that came without an event', () => {
    const { made } = journal(...between(1, 2));
    made.cursor = 'moved';
    made.take(entry(3));
    const rest = { entries: [entry(3)], gap: false };
    assert.deepEqual(lacks(made, { n: undefined, cursor: 'moved' }), rest);
  });

  test('takes only what is new, in order', () => {
    const { made, ids, deliver } = journal(...between(1, 3));
    const lost = made.catchUp({ n: 5, cursor: '5', entries: between(2, 5) }, deliver);
    assert.equal(lost, false);
    assert.deepEqual(ids, ['4', '5']);
    assert.deepEqual([made.n, made.cursor], [5, '5']);
  });

  test('stays where it is when the other is behind', () => {
    const { made, ids, deliver } = journal(...between(1, 3));
    assert.equal(made.catchUp({ n: 1, cursor: '1', entries: between(1, 1) }, deliver), false);
    assert.deepEqual([made.n, made.cursor, ids.length], [3, '3', 0]);
  });

  test('a new one begins where the other stands', () => {
    const { made, ids, deliver } = journal();
    assert.equal(made.catchUp({ n: 7, cursor: '7', entries: [] }, deliver), false);
    assert.deepEqual([made.n, made.cursor, ids.length], [7, '7', 0]);
  });

  test('says what is lost: before the first, between two, after the last', () => {
    for (const entries of [between(5, 6), [entry(4), entry(6)], between(4, 5)]) {
      const { made, deliver } = journal(...between(1, 3));
      assert.equal(made.catchUp({ n: 6, cursor: '6', entries }, deliver), true);
      assert.deepEqual([made.n, made.cursor], [6, '6']);
    }
  });

  test('keeps a thousand events, or a million characters, and always the last event', () => {
    const { made } = journal(...between(1, 1500));
    assert.equal(made.since({ n: 0, cursor: '' }).entries.length, 1000);
    const large = 'x'.repeat(400 * 1024);
    const larger = 'x'.repeat(5 * 1024 * 1024);
    for (const n of [1501, 1502, 1503]) made.take(entry(n, String(n), large));
    assert.deepEqual(
      made.since({ n: 1400, cursor: '' }).entries.map(({ n }) => n),
      [1502, 1503],
    );
    made.take(entry(1504, '1504', larger));
    assert.deepEqual(
      made.since({ n: 1400, cursor: '' }).entries.map(({ n }) => n),
      [1504],
    );
  });

  test('of two that tell each other, neither lacks anything', () => {
    const one = journal(...between(1, 4));
    const two = journal(...between(1, 6));
    const what = two.made.since(one.made);
    assert.equal(one.made.catchUp({ ...position(two.made), ...what }, one.deliver), false);
    assert.deepEqual(one.ids, ['5', '6']);
    assert.deepEqual(one.made.since(two.made).entries, []);
  });
});
