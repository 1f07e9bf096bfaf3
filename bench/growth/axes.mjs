// Measures the costs of each axis: one server for each line of a picture, with an increasing number
// of connections, channels or bytes.
import { progress } from '../progress.mjs';
import { manyChannels, servers } from '../servers.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';

/** Bytes of an event. */
const SIZES = [100, 1_000, 10_000, 100_000];
const CONNECTIONS = 1_000;
const MEMBERS = 10;
/** Events per second. No server is saturated at this rate. */
const RATE = 4;

/** `few`: the number of events that are sent at each point. */
async function connections(server, few, note) {
  await withServer(servers[server], async (stage) => {
    // The first connections also include one-time allocations of the server.
    await stage.connect(10);
    await deliver(stage, 100, 0);
    const before = await stage.server.ask('memory');
    let open = 10;
    for (const count of [10, 100, 1_000, 3_000, 9_000]) {
      if (count > open) await stage.connect(count - open);
      open = count;
      await deliver(stage, WARM_UP, RATE);
      const { cpu, busy, received } = await deliver(stage, few, RATE);
      const after = await stage.server.ask('memory');
      // Below that, the memory of connections is lost in the noise.
      const isMany = count >= 1_000;
      note(count, {
        cpu: cpu / received,
        javascript: busy === undefined ? undefined : busy / few,
        memory: isMany ? (after.rss - before.rss) / (count - 10) : undefined,
      });
    }
  });
}

/** Sends each event to the members of one channel. Returns the cost once they have received it. */
async function deliverToMembers({ server, load }, events, rate) {
  await load.ask('expect', 0);
  await server.ask('begin');
  await server.ask('broadcast', events, rate);
  // The load client does not know the channels, so it counts these events as surplus.
  const { surplus } = await load.ask('result');
  if (surplus !== events * MEMBERS) throw new Error(`${surplus} deliveries of ${events} events`);
  return server.ask('usage');
}

async function channels(server, few, note) {
  await withServer(manyChannels.of(server), async (stage) => {
    await stage.connect(CONNECTIONS);
    await stage.server.ask('channels', 1, MEMBERS);
    await deliverToMembers(stage, 500, 0);
    for (const count of [1, 10, 100, 1_000, 10_000]) {
      await stage.server.ask('channels', count, MEMBERS);
      await deliverToMembers(stage, 100, 0);
      const events = few * 20;
      const { cpu, busy } = await deliverToMembers(stage, events, 100);
      const { rss } = await stage.server.ask('memory');
      note(count, {
        cpu: cpu / (events * MEMBERS),
        javascript: busy / events,
        memory: rss / 1e6,
      });
    }
  });
}

async function bytes(server, few, note) {
  await withServer(servers[server], async (stage) => {
    await stage.connect(CONNECTIONS);
    await deliver(stage, 100, 0);
    for (const size of SIZES) {
      const rate = size > 10_000 ? 1 : RATE;
      await deliver(stage, WARM_UP, rate, size);
      const { cpu, busy, received } = await deliver(stage, few, rate, size);
      const { rss } = await stage.server.ask('memory');
      note(size, {
        cpu: cpu / received,
        javascript: busy === undefined ? undefined : busy / few,
        memory: rss / 1e6,
      });
    }
  });
}

/** `over`: the quantity on the horizontal axis. `memory`: the third measure. */
export const axes = {
  connections: {
    measure: connections,
    servers: ['sluice', 'node-http', 'better-sse', 'nchan'],
    title: 'One channel, events of 140 bytes to all connections',
    over: 'connections',
    memory: 'Memory per idle connection, bytes',
  },
  channels: {
    measure: channels,
    servers: ['sluice', 'node-http', 'better-sse'],
    title: '1,000 connections, channels of ten members, each event to one channel',
    over: 'channels',
    memory: 'Resident set, MB',
  },
  bytes: {
    measure: bytes,
    servers: ['sluice', 'node-http', 'better-sse', 'nchan'],
    title: '1,000 connections, larger and larger events to all of them',
    over: 'bytes per event',
    memory: 'Resident set, MB',
  },
};

/** Resolves with one object for each point: the axis, the server, `x`, and the figures. */
export async function measureAll(names, isQuick) {
  const rows = [];
  for (const [axis, { measure, servers: taking }] of Object.entries(axes)) {
    for (const server of taking.filter((name) => names.includes(name))) {
      await measure(server, isQuick ? 4 : 12, (x, figures) => {
        progress(`growth, ${axis}: ${server}, ${x}`);
        rows.push({ axis, server, x, ...figures });
      });
    }
  }
  return rows;
}
