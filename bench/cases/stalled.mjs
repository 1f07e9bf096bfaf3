// The case of clients that never read, next to clients that do.
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../format.mjs';
import { stalled } from '../servers.mjs';
import { deliver, medianOf, withServer } from '../stage.mjs';

export const servers = ['sluice'];

export const full = {
  ...{ rounds: 1, times: 5 },
  ...{ connections: 1_000, events: 500, rate: 100, bytes: 1_024 },
};
export const quick = {
  ...{ rounds: 1, times: 1 },
  ...{ connections: 200, events: 200, rate: 100, bytes: 1_024 },
};

export const conditions = ({ connections, events, rate, bytes, times }) =>
  `stalled: ${grouped(connections)} clients that never read beside ${grouped(connections)} ` +
  `that do, ${grouped(events)} events of ${grouped(bytes)} bytes, ${rate} per second, ` +
  `median of ${times} runs`;

const policies = ['disconnect', 'drop-oldest', 'conflate', 'reread'];
const transports = ['native', 'stream'];

/** Measures one policy on one transport, without and with clients that never read. */
const measure = (policy, transport, { connections, events, rate, bytes, times }) =>
  withServer(stalled, async (stage) => {
    /** The median, because single runs vary by half. */
    const latency = () =>
      medianOf(times, async () => (await deliver(stage, events, rate, bytes)).p99);
    const { server, load } = stage;
    await server.ask('policy', policies.indexOf(policy), transports.indexOf(transport));
    await stage.connect(connections);
    await deliver(stage, events, rate, bytes);
    const alone = await latency();
    const before = await server.ask('memory');
    const { port } = await stage.address();
    await load.ask('stall', port, connections);
    while ((await server.ask('stalled')).stalled < connections) await sleep(20);
    // The buffers of these clients fill up first, and the policy applies after a slow second.
    await deliver(stage, events, rate, bytes);
    await server.ask('watch');
    const beside = await latency();
    const peak = await server.ask('peak');
    return {
      ratio: beside / alone,
      p99: beside / 1000,
      resident: (peak.rss - before.rss) / 2 ** 20,
      queued: peak.queued / 2 ** 20,
    };
  });

export async function run(_server, size) {
  const figures = {};
  for (const policy of policies) {
    for (const transport of transports) {
      const measured = await measure(policy, transport, size);
      for (const [figure, value] of Object.entries(measured)) {
        figures[`${policy} ${transport} ${figure}`] = value;
      }
    }
  }
  return figures;
}

const pairs = policies.flatMap((policy) => transports.map((transport) => [policy, transport]));

export function tables({ of, cell, table }) {
  const heads = [
    'beside clients that never read',
    'latency p99, ms',
    'divided by that without them',
    'queued, MiB',
    'resident growth, MiB',
  ];
  const figures = ['p99', 'ratio', 'queued', 'resident'];
  const rows = pairs.map(([policy, transport]) => [
    `\`${policy}\`, ${transport}`,
    ...figures.map((figure) => cell(of('sluice', `${policy} ${transport} ${figure}`))),
  ]);
  return [table(heads, rows)];
}

export const targets = [
  {
    text: 'latency p99 beside as many clients that never read / without them',
    /** The worst ratio of all policies and transports. */
    figure: (of) => Math.max(...pairs.map((pair) => of('sluice', [...pair, 'ratio'].join(' ')))),
    most: 1.5,
  },
];
