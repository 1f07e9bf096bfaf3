// Unreferenced lean connections keep no objects.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { leanSite, left } from './site.mjs';

const COUNT = 20;

test('JavaScript keeps no request, response or connection', SOON, async (t) => {
  const site = await leanSite(t);
  const clients = [];
  for (let index = 0; index < COUNT; index += 1) clients.push(await site.connect());
  await left(site.before, 0, 0, 0);
  assert.equal(site.channel.count(), COUNT);
  site.channel.send({ data: 'hello' });
  for (const client of clients) await client.has('data: hello\n\n');
  await left(site.before, 0, 0, 0);
  for (const client of clients) client.socket.destroy();
  await until(() => site.channel.count() === 0, 'the members to leave');
  await left(site.before, 0, 0, 0);
});

test('a connection that the application references is kept', SOON, async (t) => {
  const held = [];
  const site = await leanSite(t, { handler: ({ connection }) => held.push(connection) });
  const client = await site.connect();
  await left(site.before, 0, 0, 1);
  assert.equal(site.channel.connections()[0], held[0]);
  held[0].send({ data: 'one' });
  await client.has('data: one\n\n');
  assert.equal(held[0].closed, false);
  client.socket.destroy();
  await until(() => held[0].closed, 'the connection to close');
});

test('a connection with a listener is kept until it closes', SOON, async (t) => {
  const reasons = [];
  const site = await leanSite(t, {
    handler: ({ connection }) => connection.on('close', (reason) => reasons.push(reason)),
  });
  const client = await site.connect();
  await left(site.before, 0, 0, 1);
  client.socket.destroy();
  await until(() => reasons.length > 0, 'the close event');
  assert.deepEqual(reasons, ['client']);
  await left(site.before, 0, 0, 0);
});
