// The cases of the bench. Each starts a new server, opens its connections, and returns figures by
// name.
import { backplaneCases } from './backplane/cases.mjs';
import { replay, storm } from './returning.mjs';
import { broker } from './servers.mjs';
import { deliver, medianOf, withServer } from './stage.mjs';
import { stall } from './stalled.mjs';
import { adoptTokens } from './tokens.mjs';

/** Events sent before the measurement, so that the server's code is compiled when it begins. */
const WARM_UP = 3;

const steady = (server, { connections, events, rate }) =>
  withServer(server, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, WARM_UP, rate * 2);
    const { cpu, busy, received, p50, p99 } = await deliver(stage, events, rate);
    return {
      cpu: cpu / received,
      p50: p50 / 1000,
      p99: p99 / 1000,
      ...(busy !== undefined && { busy: busy / events / 1000 }),
    };
  });

const javascript = async (server, { few, many, events, rate, burst: burstEvents }) => {
  const figures = {};
  for (const [name, connections] of Object.entries({ few, many })) {
    await withServer(server, async (stage) => {
      await stage.connect(connections);
      await deliver(stage, WARM_UP, rate);
      const steadily = await deliver(stage, events, rate);
      const atOnce = await deliver(stage, burstEvents, 0);
      figures[`${name}Call`] = steadily.call;
      figures[`${name}Busy`] = steadily.busy / events;
      figures[`${name}BurstCall`] = atOnce.call;
    });
  }
  return figures;
};

/** The server's threads share one core: a burst takes a half longer if they take turns badly. */
const burst = (server, { connections, events, times }) =>
  withServer(server, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, WARM_UP, 0);
    const throughput = await medianOf(times, async () => {
      const { received, span } = await deliver(stage, events, 0);
      return received / (span / 1e9);
    });
    return { throughput };
  });

const memory = (server, { connections }) =>
  withServer(server, async (stage) => {
    // The first connections also include what the server allocates only once.
    await stage.connect(connections / 10);
    const before = await stage.server.ask('memory');
    await stage.connect(connections);
    const after = await stage.server.ask('memory');
    return { idle: (after.rss - before.rss) / connections };
  });

/** Measures events to one of a few topics and to one of many, and subscriptions of many clients. */
const topics = (
  _server,
  { connections, few, many, members, events, rate, burst, clients, calls },
) =>
  withServer(broker, async (stage) => {
    await stage.connect(connections);
    const figures = {};
    for (const [name, count] of Object.entries({ few, many })) {
      await stage.server.ask('topics', count, members);
      await stage.server.ask('broadcast', burst, 0);
      figures[`${name}Call`] = (await stage.server.ask('broadcast', events, rate)).call;
      figures[`${name}BurstCall`] = (await stage.server.ask('broadcast', burst, 0)).call;
    }
    return { ...figures, ...(await stage.server.ask('crowd', clients, calls)) };
  });

// The limit on CPU time compares two figures that are close together, so it needs more rounds.
const closely = (rounds) => ({ floor: rounds, sluice: rounds });

const ofTopics = {
  connections: 1_000,
  few: 10,
  many: 10_000,
  members: 10,
  rate: 10,
  burst: 2_000,
  clients: 100_000,
};

/** Each channel has 500 events, and a client has missed 10, 8 or 5 of each of its channels. */
const ofStorm = { warmUp: 500, kept: 25_000, missed: [500, 400, 250] };

const ofReplay = { events: 500, bytes: 200, times: 4 };

/**
 * `servers`: the servers that take part, if not all do. `roundsFor`: the servers that take part in
 * more rounds than the others.
 */
export const cases = {
  steady: {
    run: steady,
    full: { rounds: 2, roundsFor: closely(5), connections: 5_000, events: 50, rate: 5 },
    quick: { rounds: 1, roundsFor: closely(2), connections: 5_000, events: 10, rate: 5 },
  },
  javascript: {
    run: javascript,
    servers: ['sluice'],
    full: { rounds: 3, few: 10, many: 5_000, events: 40, rate: 10, burst: 500 },
    quick: { rounds: 1, few: 10, many: 5_000, events: 10, rate: 10, burst: 500 },
  },
  burst: {
    run: burst,
    full: { rounds: 2, connections: 1_000, events: 1_000, times: 1 },
    quick: { rounds: 1, connections: 1_000, events: 200, times: 5 },
  },
  topics: {
    run: topics,
    servers: ['sluice'],
    full: { rounds: 3, ...ofTopics, events: 40, calls: 50_000 },
    quick: { rounds: 1, ...ofTopics, events: 20, calls: 20_000 },
  },
  storm: {
    run: storm,
    servers: ['sluice'],
    full: { rounds: 5, connections: 10_000, ...ofStorm },
    quick: { rounds: 1, connections: 2_000, ...ofStorm },
  },
  replay: {
    run: replay,
    servers: ['sluice', 'sse-channels'],
    full: { rounds: 5, connections: 1_000, ...ofReplay },
    quick: { rounds: 1, connections: 200, ...ofReplay },
  },
  stalled: {
    run: stall,
    servers: ['sluice'],
    full: { rounds: 1, connections: 1_000, events: 500, rate: 100, bytes: 1_024, times: 5 },
    quick: { rounds: 1, connections: 200, events: 200, rate: 100, bytes: 1_024, times: 1 },
  },
  tokens: {
    run: adoptTokens,
    servers: ['sluice'],
    full: { rounds: 5, connections: 100, events: 500, warmUp: 100 },
    quick: { rounds: 1, connections: 100, events: 200, warmUp: 50 },
  },
  memory: {
    run: memory,
    full: { rounds: 1, connections: 5_000 },
    quick: { rounds: 1, connections: 1_000 },
  },
  ...backplaneCases,
};

/** Names for several cases. */
export const groups = { backplane: Object.keys(backplaneCases) };

export const roundsOf = (size, server) => size.roundsFor?.[server] ?? size.rounds;
