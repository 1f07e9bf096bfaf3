// A Redis Cluster of three masters.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { data, processes, publish } from './processes.mjs';
import { agree, ownerOf, startCluster } from './redis-group.mjs';
import { noRedis } from './redis-server.mjs';

const LOG = '{sluice}:log';

async function site(t) {
  const servers = await startCluster(t);
  const addresses = servers.map(({ port }) => `127.0.0.1:${port}`);
  const nodes = await processes(t, 2, { cluster: { nodes: ['127.0.0.1:1', ...addresses] } });
  return { servers, nodes, owner: await ownerOf(servers, LOG) };
}

describe('Redis Cluster', { ...SOON, skip: noRedis }, () => {
  test('stores and publishes all events on one node', async (t) => {
    const { servers, nodes, owner } = await site(t);
    const client = await nodes[1].open(['news']);
    const { id } = await publish(nodes[0], 'hello');
    assert.deepEqual(await got(client, 1), [{ id, data: 'hello' }]);
    assert.match(await owner.command('PUBSUB', 'SHARDCHANNELS'), /\{sluice\}:/);
    for (const server of servers) {
      const stats = await server.command('INFO', 'commandstats');
      assert.equal(/cmdstat_spublish/.test(stats), server === owner);
      assert.doesNotMatch(stats, /cmdstat_publish/);
    }
  });

  test('survives a restart of the node that owns the slot', async (t) => {
    const { servers, nodes, owner } = await site(t);
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'before');
    await owner.stop();
    const waiting = publish(nodes[0], 'during');
    await owner.start();
    await agree(servers);
    await waiting;
    await publish(nodes[0], 'after');
    assert.deepEqual(data(await got(client, 3)), ['before', 'during', 'after']);
    assert.deepEqual(nodes[1].gaps, []);
  });

  test('follows the slot to another node', async (t) => {
    const { servers, nodes, owner } = await site(t);
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'before');
    const target = servers.find((server) => server !== owner);
    const id = async (server) => (await server.command('CLUSTER', 'MYID')).split('\r\n')[1];
    const [from, to] = [await id(owner), await id(target)];
    const slot = (await owner.command('CLUSTER', 'KEYSLOT', LOG)).slice(1).trim();
    await target.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from);
    await owner.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to);
    const waiting = publish(nodes[0], 'during');
    for (;;) {
      const keys = await owner.command('CLUSTER', 'GETKEYSINSLOT', slot, 100);
      const names = keys.split('\r\n').filter((line) => line.startsWith('{'));
      if (names.length === 0) break;
      const words = ['127.0.0.1', target.port, '', 0, 5000, 'KEYS', ...names];
      await owner.command('MIGRATE', ...words);
    }
    for (const server of [target, owner, ...servers]) {
      await server.command('CLUSTER', 'SETSLOT', slot, 'NODE', to);
    }
    await waiting;
    await publish(nodes[0], 'after');
    assert.deepEqual(data(await got(client, 3)), ['before', 'during', 'after']);
    assert.deepEqual(nodes[1].gaps, []);
    assert.match(await target.command('PUBSUB', 'SHARDCHANNELS'), /\{sluice\}:/);
  });
});
