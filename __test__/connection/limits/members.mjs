import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import * as nodeHTTP from '../../support/servers/node-http.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { allClosed } from './site.mjs';

const { Channel, Connection } = sluice;

async function serve(t, channel) {
  const added = [];
  const app = express().set('env', 'test');
  app.get('/', (req, res) => {
    channel.assertRoom();
    added.push(new Connection(req, res, { ping: false }));
    channel.add(added.at(-1));
  });
  app.get('/late', (req, res) => {
    added.push(new Connection(req, res, { ping: false }));
  });
  const running = await nodeHTTP.start(app);
  t.after(running.close);
  return { ...running, added };
}

test('a full channel refuses clients with 503 before they open', SOON, async (t) => {
  await allClosed();
  const channel = new Channel({ maxMembers: 2 });
  const { connect } = await serve(t, channel);
  const first = await connect('/');
  await connect('/');
  const { status, headers } = await connect('/');
  assert.equal(status, 503);
  assert.match(headers['retry-after'], /^\d+$/);
  assert.equal(channel.count(), 2);
  first.leave();
  await until(() => channel.count() === 1, 'room');
  assert.equal((await connect('/')).status, 200);
});

test('a full channel rejects new members, but a member can be added again', SOON, async (t) => {
  await allClosed();
  const channel = new Channel({ maxMembers: 1 });
  const { connect, added } = await serve(t, channel);
  const joins = [];
  channel.on('join', (connection) => joins.push(connection));
  await connect('/');
  await connect('/late');
  assert.throws(() => channel.add(added[1]), { code: 'ERR_SSE_LIMIT', statusCode: 503 });
  channel.add(added[0]);
  assert.deepEqual(joins, [added[0]]);
  assert.deepEqual(channel.connections(), [added[0]]);
  assert.equal(added[1].closed, false);
});

test('a channel without maxMembers always has room', () => {
  const channel = new Channel();
  channel.assertRoom();
  channel.close();
  assert.throws(() => channel.assertRoom(), { code: 'ERR_SSE_CHANNEL_CLOSED' });
});
