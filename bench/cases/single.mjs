// The case of events to one client while others get large broadcasts all the time.
import { Child } from '../child.mjs';
import { grouped } from '../format.mjs';
import { placeClient } from '../placement.mjs';
import { loadClient, single } from '../servers.mjs';
import { complete, deliver, WARM_UP, withServer } from '../stage.mjs';

export const servers = ['sluice'];

const both = { connections: 9_000, rate: 5, singleRate: 100 };
export const full = { rounds: 3, ...both, singles: 1_000 };
export const quick = { rounds: 1, ...both, singles: 300 };

export const conditions = ({ connections, rate, singles, singleRate }) =>
  `single: ${grouped(connections)} connections get ${rate} broadcasts a second, and another one ` +
  `${grouped(singles)} events, ${singleRate} a second, in a load client of its own`;

/** Sends single events and returns percentiles of their latency, in milliseconds. */
async function measure(stage, singles, rate) {
  const { p50, p99 } = await deliver(stage, singles, rate);
  return { p50: p50 / 1000, p99: p99 / 1000 };
}

export const run = (_server, { connections, rate, singles, singleRate }) =>
  withServer(single, async ({ server, load, address, connect }) => {
    await connect(connections);
    await load.ask('expect', WARM_UP);
    await server.ask('flood', WARM_UP, rate);
    await server.ask('flooded');
    await complete({ server, load });
    const own = new Child(...placeClient(loadClient));
    try {
      await server.ask('loner');
      await own.ask('connect', address().port, 1);
      const stage = { server, load: own };
      await measure(stage, WARM_UP, singleRate);
      const alone = await measure(stage, singles, singleRate);
      // The flood begins before the singles and ends after them.
      const broadcasts = Math.ceil((singles / singleRate + 1) * rate);
      await load.ask('expect', broadcasts);
      await server.ask('flood', broadcasts, rate);
      const during = await measure(stage, singles, singleRate);
      await server.ask('flooded');
      await complete({ server, load });
      return { alone50: alone.p50, alone99: alone.p99, p50: during.p50, p99: during.p99 };
    } finally {
      await own.stop();
    }
  });

const ROWS = [
  ['alone50', 'latency p50 while nothing else is sent, ms'],
  ['alone99', 'latency p99 while nothing else is sent, ms'],
  ['p50', 'latency p50 during broadcasts, ms'],
  ['p99', 'latency p99 during broadcasts, ms'],
];

export function tables({ of, cell, table }) {
  const rows = ROWS.map(([figure, title]) => [title, cell(of('sluice', figure))]);
  return [table(['sluice, single events to one client', ''], rows)];
}

export const targets = [
  {
    text: 'latency p99 of a single event during broadcasts to 9,000 connections, ms',
    figure: (of) => of('sluice', 'p99'),
    most: 2,
  },
];
