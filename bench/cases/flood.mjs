// The case of many events a second for a long time.
import { grouped } from '../format.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';

// The other servers cannot sustain it: their queues grow as long as it lasts.
export const servers = ['sluice'];

export const full = { rounds: 3, connections: 1_000, events: 20_000, rate: 1_000 };
export const quick = { rounds: 1, connections: 1_000, events: 5_000, rate: 1_000 };

export const conditions = ({ connections, events, rate }) =>
  `flood: ${grouped(connections)} connections, ${grouped(rate)} events a second ` +
  `for ${grouped(events / rate)} s`;

export const run = (server, { connections, events, rate }) =>
  withServer(server, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, WARM_UP, 0);
    const { cpu, busy, received, span, p50, p99, max } = await deliver(stage, events, rate);
    return {
      rate: events / (span / 1e9),
      p50: p50 / 1000,
      p99: p99 / 1000,
      max: max / 1000,
      cpu: cpu / received,
      busy: busy / events,
    };
  });

const ROWS = [
  ['rate', 'events per second, from the first `send` to the last event read'],
  ['p50', 'latency p50, ms'],
  ['p99', 'latency p99, ms'],
  ['max', 'the longest latency, ms'],
  ['cpu', 'CPU, µs per delivery'],
  ['busy', 'JavaScript thread, µs per event'],
];

export const tables = ({ of, size, cell, table }) => [
  table(
    [
      `sluice, ${grouped(size.rate)} events a second to ${grouped(size.connections)} connections`,
      '',
    ],
    ROWS.map(([figure, text]) => [text, cell(of('sluice', figure))]),
  ),
];

export const targets = [
  {
    text: 'events per second in a flood of 1,000',
    figure: (of) => of('sluice', 'rate'),
    least: 990,
  },
  {
    text: 'latency p99 in a flood, ms',
    figure: (of) => of('sluice', 'p99'),
    most: 100,
  },
];
