// Many clients reconnect to a process that has none of their history.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventsOf, got } from '../channel/server.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { Node } from './nodes.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const CHANNELS = Array.from({ length: 20 }, (_none, number) => `channel-${number}`);
const CLIENTS = 300;
/** The number of events of each channel. The clients have missed all but the first. */
const EVENTS = 10;

/** Client number n joins the first 1 + n modulo 20 channels. */
const channelsOf = (client) => CHANNELS.slice(0, 1 + (client % CHANNELS.length));

const publish = (node, channel, data) => node.ask('publish', { channel, event: { data } });

/** The number of calls of a command that Redis has counted. */
async function calls(redis, command) {
  const stats = await redis.command('INFO', 'commandstats');
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

async function site(t) {
  const redis = await RedisServer.start(t);
  const start = () => Node.start(t, { backplane: { url: redis.url }, channels: CHANNELS });
  const old = await start();
  const client = await old.open(CHANNELS);
  // The first event of each channel, then the others in turn.
  for (const channel of CHANNELS) await publish(old, channel, `${channel} 0`);
  const { id } = (await got(client, CHANNELS.length)).at(-1);
  client.leave();
  const missed = [];
  for (let number = 1; number < EVENTS; number += 1) {
    for (const channel of CHANNELS) missed.push({ channel, data: `${channel} ${number}` });
  }
  await Promise.all(missed.map(({ channel, data }) => publish(old, channel, data)));
  const expected = (client) =>
    missed.filter(({ channel }) => channelsOf(client).includes(channel)).map(({ data }) => data);
  return { redis, old, start, id, expected };
}

describe('clients that reconnect to a fresh process', { ...SOON, skip: noRedis }, () => {
  test('share one read of each channel, and miss nothing', async (t) => {
    const { redis, old, start, id, expected } = await site(t);
    await old.kill();
    const fresh = await start();
    await until(async () => (await fresh.ask('state')) === 'online', 'the fresh process');
    const before = await calls(redis, 'xrange');
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_none, client) => fresh.open(channelsOf(client), id)),
    );
    for (const [number, client] of clients.entries()) {
      const wanted = expected(number);
      await got(client, wanted.length);
      assert.deepEqual(
        eventsOf(client).map(({ data }) => data),
        wanted,
        `client ${number}`,
      );
    }
    const reads = (await calls(redis, 'xrange')) - before;
    assert.ok(reads <= CHANNELS.length, `${reads} ranges were read`);
    assert.deepEqual(fresh.gaps, []);
  });

  test('cause no further reads if they come later', async (t) => {
    const { redis, start, id, expected } = await site(t);
    const fresh = await start();
    const first = await fresh.open(CHANNELS, id);
    await got(first, expected(CHANNELS.length - 1).length);
    const before = await calls(redis, 'xrange');
    const clients = await Promise.all(Array.from({ length: 50 }, () => fresh.open(CHANNELS, id)));
    for (const client of clients) {
      const events = await got(client, expected(CHANNELS.length - 1).length);
      assert.deepEqual(
        events.map(({ data }) => data),
        expected(CHANNELS.length - 1),
      );
    }
    assert.equal(await calls(redis, 'xrange'), before);
  });
});
