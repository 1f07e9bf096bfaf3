// Topics that brokers of several processes share, with real processes and engines.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { brokerCases, cluster, tick } from './broker-cases.mjs';
import { data } from './cluster.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

describe('brokers over NATS', { ...SOON, skip: noNats }, () => {
  brokerCases(NatsServer);
});

describe('brokers over Redis', { ...SOON, skip: noRedis }, () => {
  brokerCases(RedisServer);

  test('a process no longer receives a topic without subscribers', async (t) => {
    const { server: redis, nodes } = await cluster(t, RedisServer, 2, {
      topic: { emptyTimeout: 0 },
    });
    const client = await nodes[1].connect('client', ['a', 'b']);
    const receivers = async (topic) =>
      Number(
        /:(\d+)\r\n$/.exec(await redis.command('PUBSUB', 'NUMSUB', `{sluice}:t:main/${topic}`))[1],
      );
    await until(async () => (await receivers('a')) === 1, 'the subscription');
    await nodes[1].ask('unsubscribe', { client: 'client', topics: ['a'] });
    await until(async () => (await receivers('a')) === 0, 'the end of the subscription');
    await nodes[0].ask('publishToTopic', { topic: 'a', event: tick('nobody') });
    await nodes[0].ask('publishToTopic', { topic: 'b', event: tick('somebody') });
    assert.deepEqual(data(await got(client, 1)), ['somebody']);
    assert.deepEqual(data(eventsOf(client)), ['somebody']);
  });

  test('a broker without wildcards uses a single stream', async (t) => {
    const { server: redis, nodes } = await cluster(t, RedisServer, 1, { wildcards: false });
    await nodes[0].ask('publishToTopic', { topic: 'a', event: tick('1') });
    const keys = await redis.command('KEYS', '*stream*');
    assert.equal(keys.match(/^\{sluice\}:/gm).length, 1);
    assert.match(keys, /:t:main\/a\r\n$/);
  });
});
