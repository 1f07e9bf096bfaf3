// The case of connections that receive only pings.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../format.mjs';
import { pings } from '../servers.mjs';
import { withServer } from '../stage.mjs';
import { measureWays, tableOfWays } from '../ways.mjs';

export const servers = ['sluice'];

/** `interval`: seconds between two pings, and the time in which the connections open. */
export const full = { rounds: 3, connections: 9_000, interval: 15 };
export const quick = { rounds: 1, connections: 3_000, interval: 5 };

export const conditions = ({ connections, interval }) =>
  `pings: ${grouped(connections)} connections that have come over ${interval} s, and get a ping ` +
  `every ${interval} s`;

const WAYS = { sluice: 'sluice', timers: 'an interval for each connection, `res.write`' };
/** Bytes of a ping in the chunked coding. */
const BYTES = 8;
/** Milliseconds until the work for an answer has ended. */
const QUIET = 500;
/** The number of groups in which the connections open. */
const GROUPS = 50;

/** How often the JavaScript thread went to sleep, which is how often it was woken. */
function wakeUps({ pid }) {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)[1]);
}

/**
 * The clients of a real server connect at different times, so their pings are due at different
 * times.
 */
async function arrive(connect, connections, interval) {
  const start = performance.now();
  for (let group = 1; group <= GROUPS; group++) {
    await connect(connections / GROUPS);
    const wait = start + (group * interval * 1000) / GROUPS - performance.now();
    if (wait > 0) await sleep(wait);
  }
}

const measure = (way, { connections, interval }) =>
  withServer(pings.by(way, interval), async ({ server, connect }) => {
    await arrive(connect, connections, interval);
    const before = await server.ask('pinged');
    await server.ask('begin');
    await sleep(QUIET);
    const awake = wakeUps(server);
    await sleep(interval * 1000 - QUIET);
    const woken = wakeUps(server) - awake;
    const { cpu } = await server.ask('usage');
    const after = await server.ask('pinged');
    const sent = (after.bytes - before.bytes) / BYTES;
    if (sent < connections / 2) throw new Error(`only ${sent} pings were sent`);
    return { cpu: cpu / sent, wakeUps: woken };
  });

export const run = (_server, size) => measureWays(WAYS, measure, size);

export const tables = (view) => [
  tableOfWays(view, 'pings', WAYS, {
    cpu: 'CPU, µs per ping',
    wakeUps: 'times that the JavaScript thread was woken',
  }),
];

export const targets = [
  {
    text: 'CPU per ping / intervals that call `res.write`',
    figure: (of) => of('sluice', 'sluice cpu') / of('sluice', 'timers cpu'),
    most: 1 / 3,
  },
  {
    text: 'times that pings wake the JavaScript thread',
    figure: (of) => of('sluice', 'sluice wakeUps'),
    most: 0,
  },
];
