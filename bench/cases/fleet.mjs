// The case of many events to the clients of several processes.
import { engines } from '../backplane/engines.mjs';
import { startAll, withSite } from '../backplane/site.mjs';
import { grouped } from '../format.mjs';
import { servers as all, channels, redisWrite, socketIo } from '../servers.mjs';
import { deliver, medianOf } from '../stage.mjs';

export const group = 'backplane';
export const needs = Object.values(engines);
export const servers = ['sluice'];

export const full = { rounds: 1, nodes: 4, connections: 1_000, events: 1_000, times: 1 };
export const quick = { rounds: 1, nodes: 4, connections: 100, events: 100, times: 3 };

export const conditions = ({ nodes, connections, events, times }) =>
  `fleet: ${grouped(events)} events to ${grouped(connections)} connections of each of ` +
  `${nodes} processes, as fast as they can be sent` +
  (times > 1 ? `, median of ${times} times` : '');

/** Events sent before the measurement, so that the servers' code is compiled before it begins. */
const WARM_UP = 10;

const measure = (engine, { command, protocol }, { nodes, connections, events, times }) =>
  withSite(engine, async (site) => {
    const { load } = site;
    if (protocol) await load.ask('speak', protocol);
    const [{ child }] = await startAll(site, nodes, connections, command, { channels: 1 });
    const stage = { server: child, load };
    await deliver(stage, WARM_UP, 0);
    return medianOf(times, async () => {
      const { received, span } = await deliver(stage, events, 0);
      return received / (span / 1e9);
    });
  });

/** The systems that take part: sluice over each engine, and others over Redis. */
const systems = () => ({
  ...Object.fromEntries(Object.keys(engines).map((name) => [name, [name, channels]])),
  'socket.io': ['redis', socketIo],
  'redis-write': ['redis', redisWrite],
});

export async function run(_server, size) {
  const figures = {};
  for (const [name, [engine, server]] of Object.entries(systems())) {
    figures[name] = await measure(engine, server, size);
  }
  return figures;
}

export function tables({ of, size, cell, table }) {
  const row = (title, figure) => [title, cell(of('sluice', figure))];
  return [
    table(
      [`${size.nodes} processes`, 'deliveries per second'],
      [
        ...Object.entries(engines).map(([name, { title }]) =>
          row(`${all.sluice.title()}, ${title}`, name),
        ),
        row(socketIo.title(), 'socket.io'),
        row(redisWrite.title(), 'redis-write'),
      ],
    ),
  ];
}
