// One session for all clients that share. Node.js 24 and later have Web Locks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { collector, frameworks, start } from './site.mjs';

const hasLocks = globalThis.navigator?.locks !== undefined;
const WITH_LOCKS = { ...SOON, skip: !hasLocks && 'this version has no Web Locks' };
const nothing = () => {};
const [, framework] = frameworks[0];

/** Clients that share; the first one leads. */
async function sharing(t, count, settings) {
  const site = await start(t, framework, settings);
  const all = [];
  for (let n = 0; n < count; n += 1) {
    const one = site.join({ share: true, heartbeatInterval: 300 });
    all.push({ ...one, ...collector() });
    await until(() => one.client.isConnected(), 'the connection');
  }
  const connects = () => all.flatMap((one) => one.connects());
  const changes = () => all.flatMap((one) => one.changes());
  return { ...site, all, connects, changes };
}

test('one session has the topics of all, and each client gets its own', WITH_LOCKS, async (t) => {
  const { all, broker, changes, connects, has } = await sharing(t, 3);
  const removers = all.map(({ client, handler }, n) => [
    client.subscribe('all', handler),
    client.subscribe(`own ${n}`, handler),
  ]);
  await has('all', 'own 0', 'own 1', 'own 2');
  for (const topic of ['all', 'own 0', 'own 1', 'own 2']) {
    broker.broadcastToTopic(topic, { data: topic });
  }
  await until(() => all.every(({ data }) => data.length === 2), 'the events');
  assert.deepEqual(
    all.map(({ data }) => data),
    [
      ['all', 'own 0'],
      ['all', 'own 1'],
      ['all', 'own 2'],
    ],
  );
  assert.equal(connects().length, 1);
  assert.equal(broker.clientCount(), 1);
  for (const remove of removers[1]) remove();
  await has('all', 'own 0', 'own 2');
  assert.ok(changes().every((change) => change.endsWith('own 1') || /^subscribe/.test(change)));
  assert.equal(all[1].requests.length + all[2].requests.length, 0);
});

test('a client that leaves is unsubscribed from its topics', WITH_LOCKS, async (t) => {
  const { all, has } = await sharing(t, 3);
  for (const [n, { client }] of all.entries()) {
    client.subscribe('all', nothing);
    client.subscribe(`own ${n}`, nothing);
  }
  await has('all', 'own 0', 'own 1', 'own 2');
  all[1].client.disconnect();
  await has('all', 'own 0', 'own 2');
  all[1].client.connect();
  await has('all', 'own 0', 'own 1', 'own 2');
});

test('the next leader resumes the session without losing events', WITH_LOCKS, async (t) => {
  const { all, broker, changes, connects, has } = await sharing(t, 3);
  for (const [n, { client, handler }] of all.entries()) {
    client.subscribe('all', handler);
    client.subscribe(`own ${n}`, nothing);
  }
  await has('all', 'own 0', 'own 1', 'own 2');
  const before = changes().length;
  const [{ id }] = broker.clients();
  broker.broadcastToTopic('all', { data: 1 });
  await until(() => all.every(({ data }) => data.length === 1), 'the first event');
  all[0].client.disconnect();
  broker.broadcastToTopic('all', { data: 2 });
  await has('all', 'own 1', 'own 2');
  broker.broadcastToTopic('all', { data: 3 });
  await until(() => all.slice(1).every(({ data }) => data.length === 3), 'the last event');
  for (const { data, errors } of all.slice(1)) {
    assert.deepEqual(data, [1, 2, 3]);
    assert.deepEqual(errors, []);
  }
  assert.equal(broker.clients()[0].id, id);
  assert.equal(connects().length, 2);
  assert.deepEqual(changes().slice(before), ['unsubscribe own 0']);
});

test('a refusal is reported to the client that subscribed', WITH_LOCKS, async (t) => {
  const authorizeSubscribe = (_req, _id, topic) => topic !== 'no';
  const { all, has } = await sharing(t, 3, { options: { authorizeSubscribe } });
  all[1].client.subscribe('no', nothing);
  for (const { client } of all) client.subscribe('yes', nothing);
  await has('yes');
  await until(() => all[1].errors.length === 1, 'the report');
  assert.deepEqual(all[1].errors[0].topics, ['no']);
  assert.equal(all[1].errors[0].status, 403);
  all[2].client.subscribe('no', nothing);
  await until(() => all[2].errors.length === 1, 'the second report');
  assert.deepEqual(all[0].errors, []);
});

test('without Web Locks, each client has its own session', {
  ...SOON,
  skip: hasLocks && 'this version has Web Locks',
}, async (t) => {
  const { all, broker, has } = await sharing(t, 2);
  for (const [n, { client }] of all.entries()) client.subscribe(`own ${n}`, nothing);
  await has('own 0', 'own 1');
  assert.equal(broker.clientCount(), 2);
});
