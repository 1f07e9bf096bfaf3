// The journal of recent events that a sharing tab keeps for tabs that are behind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Journal } from '../../../client/share/journal.js';

const entry = (n, id = String(n), data = '') => ({
  n,
  event: { event: 'message', data, id, lastEventId: id },
});

/** A journal with these events, and the ids that it delivers. */
function journal(...entries) {
  const made = new Journal();
  Object.assign(made, { line: 'a', n: 0 });
  for (const one of entries) made.take(one);
  const ids = [];
  const deliver = ({ id }) => ids.push(id) > 0;
  return { made, ids, deliver };
}

const between = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => entry(from + n));

/** A position in line `a`. */
const place = (n, cursor = String(n), last = cursor) => ({ line: 'a', n, cursor, last });
const fresh = (cursor) => ({ line: undefined, n: undefined, cursor, last: undefined });

/** Returns the ids that a tab at this position lacks, with `at` and `gap`. */
function lacks(made, position) {
  const { entries, at, gap } = made.since(position);
  return [entries.map(({ event }) => event.id), at, gap];
}

describe('the journal of a tab that shares', () => {
  test('gives a tab behind the missing events, and a tab ahead none', () => {
    const { made } = journal(...between(1, 5));
    assert.deepEqual(lacks(made, place(3)), [['4', '5'], undefined, false]);
    assert.deepEqual(lacks(made, place(5)), [[], undefined, false]);
    assert.deepEqual(lacks(made, place(9)), [[], undefined, false]);
  });

  test('gives the events after a cursor, and reports an unknown cursor', () => {
    const { made } = journal(...between(1, 5));
    assert.deepEqual(lacks(made, fresh('3')), [['4', '5'], 3, false]);
    assert.deepEqual(lacks(made, fresh('5')), [[], 5, false]);
    assert.deepEqual(lacks(made, fresh('')), [[], 5, false]);
    assert.deepEqual(lacks(made, fresh('x')), [[], 5, true]);
  });

  test('finds a tab of another line by its cursor alone', () => {
    const { made } = journal(...between(1, 5));
    const other = (cursor) => ({ ...place(900, cursor), line: 'b' });
    assert.deepEqual(lacks(made, other('3')), [['4', '5'], 3, false]);
    assert.deepEqual(lacks(made, other('x')), [[], 5, true]);
    assert.deepEqual(lacks(made, other('')), [[], 5, true]);
  });

  test('finds a tab by its cursor if another event has its number', () => {
    const { made } = journal(...between(1, 5));
    assert.deepEqual(lacks(made, place(2, '4')), [['5'], 4, false]);
    assert.deepEqual(lacks(made, place(2, 'x')), [[], 5, true]);
    assert.deepEqual(lacks(made, place(2, 'moved', '2')), [['3', '4', '5'], undefined, false]);
  });

  test('knows its initial cursor', () => {
    const made = new Journal();
    made.cursor = 'begin';
    made.begin();
    assert.deepEqual(lacks(made, fresh('begin')), [[], 0, false]);
    for (const one of between(1, 2)) made.take(one);
    assert.deepEqual(lacks(made, fresh('begin')), [['1', '2'], 0, false]);
  });

  test('knows a cursor that arrived without an event', () => {
    const { made } = journal(...between(1, 2));
    made.cursor = 'moved';
    made.take(entry(3));
    assert.deepEqual(lacks(made, fresh('moved')), [['3'], 2, false]);
  });

  test('takes only new events, in order', () => {
    const { made, ids, deliver } = journal(...between(1, 3));
    const lost = made.catchUp({ ...place(5), entries: between(2, 5) }, deliver);
    assert.equal(lost, false);
    assert.deepEqual(ids, ['4', '5']);
    assert.deepEqual([made.n, made.cursor], [5, '5']);
  });

  test('stops at an event that is not delivered', () => {
    const { made } = journal(...between(1, 3));
    made.catchUp({ ...place(6), entries: between(4, 6) }, ({ id }) => id !== '5');
    assert.deepEqual([made.n, made.cursor], [5, '5']);
  });

  test('stays unchanged if the other tab is behind or of another line', () => {
    const { made, ids, deliver } = journal(...between(1, 3));
    const line = 'b';
    assert.equal(made.catchUp({ ...place(1), entries: between(1, 1) }, deliver), false);
    assert.equal(made.catchUp({ ...place(5), line, entries: between(4, 5) }, deliver), false);
    assert.deepEqual([made.line, made.n, made.cursor, ids.length], ['a', 3, '3', 0]);
  });

  test('an empty journal starts at the position of the other tab', () => {
    const made = new Journal();
    made.catchUp({ ...place(7), at: 7, entries: [] }, () => true);
    assert.deepEqual([made.line, made.n, made.cursor], ['a', 7, '7']);
  });

  test('keeps its events when it adopts the numbers of another line', () => {
    const { made, ids, deliver } = journal(...between(1, 3));
    const news = { ...place(102, '5'), line: 'b', at: 100 };
    made.catchUp({ ...news, entries: [entry(101, '4'), entry(102, '5')] }, deliver);
    assert.deepEqual(ids, ['4', '5']);
    assert.deepEqual(lacks(made, { ...place(98, '1'), line: 'b' })[0], ['2', '3', '4', '5']);
  });

  test('reports lost events: before the first, between two, after the last', () => {
    for (const entries of [between(5, 6), [entry(4), entry(6)], between(4, 5)]) {
      const { made, deliver } = journal(...between(1, 3));
      assert.equal(made.catchUp({ ...place(6), entries }, deliver), true);
      assert.deepEqual([made.n, made.cursor], [6, '6']);
    }
  });

  describe('of a tab that is about to lead', () => {
    /** A tab that has three events of six, and receives the last two. */
    function behind() {
      const one = journal(...between(1, 3));
      const news = { ...place(6), entries: between(5, 6) };
      const isLost = one.made.catchUp(news, one.deliver, true);
      const number = (id) => {
        const n = one.made.numberOf(entry(0, id).event);
        one.made.take(entry(n, id));
        return n;
      };
      return { ...one, isLost, number };
    }

    test('takes no events beyond a gap, because the server replays them', () => {
      const { made, ids, isLost } = behind();
      assert.deepEqual([made.n, made.cursor, ids, isLost], [3, '3', [], false]);
    });

    test('numbers replayed events as the other tabs do', () => {
      assert.deepEqual(['4', '5', '6', '7'].map(behind().number), [4, 5, 6, 7]);
    });

    test('numbers them the same if the server replays fewer events', () => {
      assert.deepEqual(['5', '6', '7'].map(behind().number), [5, 6, 7]);
    });

    test('skips numbers and uses none twice if the server has other events', () => {
      assert.deepEqual(['x', 'y', 'z'].map(behind().number), [4, 8, 9]);
    });

    test('remembers the position of a tab that asks but has no events', () => {
      const { made } = journal(...between(1, 3));
      made.since(place(6));
      assert.equal(made.numberOf(entry(0, '6').event), 6);
    });

    test('continues beyond a gap if it has no cursor for the server', () => {
      const one = journal(entry(1, ''));
      const news = { ...place(6), entries: between(5, 6) };
      assert.equal(one.made.catchUp(news, one.deliver, true), true);
      assert.deepEqual(one.ids, ['5', '6']);
    });
  });

  test('keeps up to a thousand events or a million characters, and always the last event', () => {
    const { made } = journal(...between(1, 1500));
    assert.equal(made.since(place(0)).entries.length, 1000);
    const large = 'x'.repeat(400 * 1024);
    const larger = 'x'.repeat(5 * 1024 * 1024);
    for (const n of [1501, 1502, 1503]) made.take(entry(n, String(n), large));
    assert.deepEqual(lacks(made, place(1400))[0], ['1502', '1503']);
    made.take(entry(1504, '1504', larger));
    assert.deepEqual(lacks(made, place(1400))[0], ['1504']);
  });

  test('includes names and ids in the limit', () => {
    const long = 'x'.repeat(100 * 1024);
    const { made } = journal();
    for (let n = 1; n <= 40; n += 1) made.take(entry(n, `${n}${long}`));
    const { length } = made.since(place(0)).entries;
    assert.ok(length < 6, `${length} events with long ids`);
    const named = journal().made;
    for (let n = 1; n <= 40; n += 1) {
      const { event } = entry(n);
      named.take({ n, event: { ...event, event: long } });
    }
    assert.ok(named.since(place(0)).entries.length < 12);
  });

  test('two tabs that exchange events both have all of them', () => {
    const one = journal(...between(1, 4));
    const two = journal(...between(1, 6));
    const what = two.made.since(one.made.position);
    assert.equal(one.made.catchUp({ ...two.made.position, ...what }, one.deliver), false);
    assert.deepEqual(one.ids, ['5', '6']);
    assert.deepEqual(lacks(one.made, two.made.position)[0], []);
  });
});
