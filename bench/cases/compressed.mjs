// The case of compressed streams: by the core once for all clients, or by middleware for each.
import { grouped } from '../format.mjs';
import { compressed } from '../servers.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';
import { measureWays, tableOfWays } from '../ways.mjs';

export const servers = ['sluice'];

const size = { connections: 1_000, rate: 5, bytes: 1_024 };
export const full = { ...size, rounds: 5, events: 50, burst: 100 };
export const quick = { ...size, rounds: 1, events: 20, burst: 50 };

export const conditions = ({ connections, events, rate, bytes, burst }) =>
  `compressed: ${grouped(connections)} connections, ${events} broadcasts of ` +
  `${grouped(bytes)} bytes of JSON, ${rate} per second, then ${burst} in a burst`;

/** The ways to serve them, and their names in the table. */
const WAYS = {
  plain: 'sluice',
  gzip: "sluice, `compress: ['gzip']`",
  written: '`node:http`, `res.write`',
  middleware: '`node:http`, `compression`, a flush after each event',
};

const COMPRESSED = ['gzip', 'middleware'];

/** The load client inflates each body and expects each event once and in order. */
const measure = (way, { connections, events, rate, bytes, burst }) =>
  withServer(compressed.served(way), async (stage) => {
    if (COMPRESSED.includes(way)) await stage.load.ask('speak', 'gzip');
    await stage.connect(connections);
    await deliver(stage, WARM_UP, rate, bytes);
    const { cpu, busy, received, p99 } = await deliver(stage, events, rate, bytes);
    const atOnce = await deliver(stage, burst, 0, bytes);
    return {
      cpu: cpu / received,
      busy: busy / events / 1000,
      p99: p99 / 1000,
      burst: atOnce.cpu / atOnce.received,
    };
  });

export const run = (_server, size) => measureWays(WAYS, measure, size);

export const tables = (view) => [
  tableOfWays(view, 'events of JSON', WAYS, {
    cpu: 'CPU, µs per delivery',
    busy: 'JavaScript thread, ms per broadcast',
    p99: 'latency p99, ms',
    burst: 'burst: CPU, µs per delivery',
  }),
];

const share = (of, other, figure = 'cpu') =>
  of('sluice', `gzip ${figure}`) / of('sluice', `${other} ${figure}`);

export const targets = [
  {
    text: 'CPU per delivery, compressed / not compressed',
    figure: (of) => share(of, 'plain'),
    most: 1.3,
  },
  {
    text: 'CPU per delivery, compressed once / compressed by middleware for each client',
    figure: (of) => share(of, 'middleware'),
    most: 0.05,
  },
  {
    text: 'the same in a burst',
    figure: (of) => share(of, 'middleware', 'burst'),
    most: 0.05,
  },
];
