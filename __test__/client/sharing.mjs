// Node.js 24 and later have Web Locks. Sharing between tabs is tested in browsers.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import { createSSEClient } from '../../client/index.js';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';
import { told } from './scripted.mjs';

const SOON = { timeout: 240_000 };
const hasLocks = globalThis.navigator?.locks !== undefined;

/** Clients of a channel with `share`. `cursors` holds the Last-Event-ID of each request. */
async function sharing(t, count) {
  const channel = new sluice.Channel();
  const cursors = [];
  const server = http.createServer((req, res) => {
    cursors.push(req.headers['last-event-id']);
    channel.add(new sluice.Connection(req, res));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/`;
  const all = Array.from({ length: count }, () => told(createSSEClient({ url, share: true })));
  t.after(async () => {
    for (const { client } of all) client.disconnect();
    await until(() => channel.count() === 0, 'the clients to leave');
    channel.close();
    server.close();
  });
  for (const { client } of all) client.connect();
  await until(() => all.every(({ client }) => client.isConnected()), 'the connections');
  return { channel, cursors, url, all };
}

const have = (all, id) =>
  until(() => all.every(({ events }) => events.at(-1)?.id === id), `event ${id}`);

describe('share: true in Node.js', () => {
  test('clients of one process share a connection, and another one takes over', {
    ...SOON,
    skip: !hasLocks && 'this version has no Web Locks',
  }, async (t) => {
    const { channel, cursors, all } = await sharing(t, 3);
    channel.send({ id: '1', data: 'a' });
    await have(all, '1');
    assert.deepEqual(cursors, [undefined]);
    const leader = all.shift();
    leader.client.disconnect();
    channel.send({ id: '2', data: 'b' });
    await have(all, '2');
    assert.deepEqual(cursors, [undefined, '1']);
    for (const { events, codes } of all) {
      assert.deepEqual(
        events.map(({ id }) => id),
        ['1', '2'],
      );
      assert.deepEqual(codes(), []);
    }
  });

  test('a client can join with the first cursor or with the cursor of an id-only frame', {
    ...SOON,
    skip: !hasLocks && 'this version has no Web Locks',
  }, async (t) => {
    const { channel, url, all } = await sharing(t, 0);
    for (const id of ['1', '2', '3']) channel.send({ id, data: id });
    const join = async (lastEventId) => {
      const one = told(createSSEClient({ url, share: true, lastEventId }));
      all.push(one);
      one.client.connect();
      await until(() => one.client.isConnected(), 'the connection');
      return one;
    };
    const leader = await join('1');
    await have([leader], '3');
    const second = await join('1');
    await have([second], '3');
    channel.send({ id: 'moved' });
    await until(() => second.client.getLastEventId() === 'moved', 'the cursor to move');
    for (const id of ['4', '5']) channel.send({ id, data: id });
    await have([leader, second], '5');
    const third = await join('moved');
    await have([third], '5');
    const ids = ({ events }) => events.map(({ id }) => id);
    assert.deepEqual([leader, second].map(ids), [
      ['2', '3', '4', '5'],
      ['2', '3', '4', '5'],
    ]);
    assert.deepEqual(ids(third), ['4', '5']);
    for (const { codes } of all) assert.deepEqual(codes(), []);
  });

  test('each client has its own connection without Web Locks', {
    ...SOON,
    skip: hasLocks && 'this version has Web Locks',
  }, async (t) => {
    const { channel, cursors, all } = await sharing(t, 2);
    channel.send({ id: '1', data: 'a' });
    await have(all, '1');
    assert.equal(cursors.length, 2);
  });
});
