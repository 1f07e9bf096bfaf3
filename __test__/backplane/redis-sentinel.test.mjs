// Redis with a master, a replica and a sentinel.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { data, online, processes, publish, reaches } from './processes.mjs';
import { MASTER, startSentinel } from './redis-group.mjs';
import { noRedis } from './redis-server.mjs';

describe('Redis with a sentinel', { ...SOON, skip: noRedis }, () => {
  test('publishing continues on the replica without losing events', async (t) => {
    const { master, replica, node } = await startSentinel(t);
    // The address of the first sentinel has no server.
    const nodes = await processes(t, 2, {
      sentinel: { name: MASTER, nodes: ['127.0.0.1:1', node] },
    });
    const client = await nodes[1].open(['news']);
    for (const text of ['a', 'b', 'c']) await publish(nodes[0], text);
    await master.command('WAIT', 1, 0);
    await master.stop();
    const { id } = await publish(nodes[0], 'after');
    await publish(nodes[0], 'end');
    const events = await got(client, 5);
    assert.deepEqual(data(events), ['a', 'b', 'c', 'after', 'end']);
    assert.equal(events[3].id, id);
    assert.deepEqual(nodes[1].gaps, []);
    assert.match(await replica.command('ROLE'), /master/);
  });

  test('events that the replica does not have are a gap', async (t) => {
    const { master, replica, node } = await startSentinel(t);
    const nodes = await processes(t, 2, { sentinel: { name: MASTER, nodes: [node] } });
    const client = await nodes[1].open(['news']);
    await publish(nodes[0], 'kept');
    await master.command('WAIT', 1, 0);
    // The replica receives no more events.
    replica.signal('SIGSTOP');
    await master.command('CLIENT', 'KILL', 'TYPE', 'replica');
    await publish(nodes[0], 'lost');
    await got(client, 2);
    await master.stop();
    replica.signal('SIGCONT');
    await reaches(nodes[1], 'offline');
    await publish(nodes[0], 'after');
    await online(nodes);
    await until(() => nodes[1].gaps.length > 0, 'the gap');
    await publish(nodes[0], 'end');
    await until(() => eventsOf(client).at(-1).data === 'end', 'the last event');
    const ids = eventsOf(client).map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
