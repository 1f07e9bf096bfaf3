import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { Reading } from './reading.mjs';
import { service } from './service.mjs';

/** A client that reconnects and subscribes. */
function comeBack(sse, lastEventId, channel = 'news') {
  const { client, response } = sse.addClient({ lastEventId });
  const gaps = tally(client.connection, 'gap');
  sse.subscribe(client.id, channel);
  return { client, gaps, reading: new Reading(response) };
}

/** A service with a channel in which events with these ids were sent. */
function history(t, ids, config) {
  const sse = service(t, config);
  sse.subscribe(sse.addClient().client.id, 'news');
  for (const id of ids) sse.broadcast('news', 'n', id, id);
  return sse;
}

describe('a client that reconnects', () => {
  test('gets the missed events of a channel, then new ones', SOON, async (t) => {
    const sse = history(t, ['a', 'b', 'c']);
    const { client, gaps, reading } = comeBack(sse, 'a');
    sse.broadcast('news', 'n', 'd', 'd');
    await reading.has('data: d\n\n');
    assert.deepEqual(reading.text.match(/(?<=^data: ).*/gm), ['b', 'c', 'd']);
    assert.equal(client.lastEventId, 'a');
    assert.deepEqual(gaps, []);
  });

  test('gets what it missed even if the channel had no other clients', SOON, async (t) => {
    const sse = service(t);
    const first = sse.addClient();
    sse.subscribe(first.client.id, 'news');
    const reading = new Reading(first.response);
    sse.broadcast('news', 'n', 1, 'one');
    await reading.has('id: one');
    const reasons = tally(first.client.connection, 'close');
    await reading.cancel();
    await until(() => reasons.length, 'close');
    sse.broadcast('news', 'n', 2, 'two');
    const again = comeBack(sse, 'one');
    await again.reading.has('data: 2\n\n');
  });

  test('gets a gap for events that a channel cannot replay', SOON, async (t) => {
    const sse = history(t, ['a', 'b', 'c'], { topic: { historySize: 1 } });
    const { client, gaps, reading } = comeBack(sse, 'a');
    await reading.has('heartbeat');
    assert.equal(gaps.length, 1);
    assert.equal(gaps[0][0].lastEventID, 'a');
    sse.sendTo(client.id, 'after', 1);
    await reading.has('event: after');
    assert.doesNotMatch(reading.text, /event: n/);
  });

  test('is served from the history of each channel', SOON, async (t) => {
    const topic = (channel) => ({ historySize: channel === 'news' ? 10 : 0 });
    const sse = history(t, ['a', 'b'], { topic });
    const other = sse.addClient().client;
    sse.subscribe(other.id, 'typing');
    for (const id of ['a', 'b']) sse.broadcast('typing', 'n', id, id);
    const { reading } = comeBack(sse, 'a');
    await reading.has('data: b\n\n');
    const { gaps } = comeBack(sse, 'a', 'typing');
    await until(() => gaps.length === 1, 'the gap');
  });

  const asHeader = (id) => new Request('http://x', { headers: { 'Last-Event-ID': id } }).headers;
  const cursors = {
    'an ASCII id': ['evt-1', 'evt-1'],
    'an id as read from a Fetch header': [
      asHeader(Buffer.from('größe ✓').toString('latin1')).get('Last-Event-ID'),
      'größe ✓',
    ],
    'an id that is already decoded': ['größe ✓', 'größe ✓'],
    'a Latin-1 id that is not UTF-8': ['größe', 'größe'],
    'null, as returned by `get` of a missing header': [asHeader('x').get('nothing'), undefined],
    'an empty id': ['', undefined],
    'an id of 1 KiB': ['x'.repeat(1024), 'x'.repeat(1024)],
    'an id of more than 1 KiB': ['x'.repeat(1025), undefined],
    'an id of more than 1 KiB in UTF-8': ['€'.repeat(342), undefined],
  };
  for (const [what, [given, taken]] of Object.entries(cursors)) {
    test(`may have as its cursor ${what}`, (t) => {
      assert.equal(service(t).addClient({ lastEventId: given }).client.lastEventId, taken);
    });
  }
});
