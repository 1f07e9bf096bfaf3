// Brokers of several processes share their lists of clients, with real processes and engines.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { NatsServer, noNats } from './nats-server.mjs';
import { cluster, connect, knows, nodeCases, shows } from './node-cases.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

/** Publishes bytes directly to Redis. */
async function publish({ port }, channel, bytes) {
  const socket = net.connect(port, '127.0.0.1');
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$${bytes.length}\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n')]));
  await once(socket.resume(), 'close');
}

// Most of these tests wait for a process to time out, so they run concurrently.
describe('brokers of several processes', { ...SOON, concurrency: 2 }, () => {
  describe('clients of all processes over NATS', { ...SOON, skip: noNats }, () => {
    nodeCases(NatsServer);
  });

  describe('clients of all processes over Redis', { ...SOON, skip: noRedis }, () => {
    nodeCases(RedisServer);

    test('ignores invalid messages of other programs', async (t) => {
      const { server: redis, nodes } = await cluster(t, RedisServer, 2);
      await connect(t, nodes[0], { id: 'ada', topic: 'room', shown: 'Ada' });
      await shows(nodes[1], 'room', ['ada']);
      const [, epoch] = (await redis.command('HGET', '{sluice}:log', 'epoch')).split('\r\n');
      const channels = (await redis.command('PUBSUB', 'CHANNELS', '*'))
        .split('\r\n')
        .filter((line) => line.includes(':'));
      assert.ok(
        channels.some((name) => name.endsWith('n:main')),
        String(channels),
      );
      const from = { v: 1, from: 'stranger' };
      const texts = [
        '',
        '{',
        'null',
        '[]',
        '{"v":2}',
        '{"v":1,"from":1,"kind":"hello"}',
        ...[
          { kind: '__proto__' },
          { kind: 'constructor' },
          { kind: 'state', seq: 0, part: 0, last: true, clients: [null] },
          { kind: 'state', seq: 0, part: 7, last: true, clients: [{ id: 'x', live: true }] },
          { kind: 'changes', seq: 5, changes: [{ set: { id: 'x', live: true } }] },
          { kind: 'changes', seq: -1, changes: 'x' },
          { kind: 'call', name: 'constructor', args: [1] },
          { kind: 'call', name: 'send', args: ['ada', null] },
          { kind: 'call', name: 'subscribe', args: ['ada', [1, '>.>']] },
          { kind: 'ask', number: 1, name: 'prove', args: [{}, []] },
          { kind: 'ask', number: 1, name: 'session', args: ['ada', 'ada', 'wrong'] },
          { kind: 'answer', number: 1, value: { done: true } },
        ].map((words) => JSON.stringify({ ...from, ...words })),
      ];
      const write = async (channel, text) => {
        const answer = await redis.command('HINCRBY', '{sluice}:log', 'last', '1');
        const head = Buffer.from(`${epoch} ${Number(answer.slice(1))} 0 `);
        await publish(
          redis,
          channel,
          Buffer.concat([head, Buffer.from([0xff]), Buffer.from(text)]),
        );
      };
      for (const channel of channels) for (const text of texts) await write(channel, text);
      // A valid message has an effect, so the messages before it were received too.
      const state = { kind: 'state', seq: 0, part: 0, last: true };
      const clients = [{ id: 'x', live: true, data: 'X', topics: ['room'] }];
      for (const channel of channels.filter((name) => !name.endsWith('n:main'))) {
        await write(channel, JSON.stringify({ ...from, ...state, clients }));
      }
      for (const node of nodes) await shows(node, 'room', ['ada', 'x']);
      await write('{sluice}:n:main', JSON.stringify({ ...from, kind: 'bye' }));
      for (const node of nodes) {
        await shows(node, 'room', ['ada']);
        await knows(node, 1);
      }
      assert.deepEqual(await nodes[0].ask('topicsOf', { id: 'ada' }), ['room']);
    });
  });
});
