// The case of many events to the clients of several processes.
import { channels, redisWrite, socketIo } from '../servers.mjs';
import { deliver, medianOf } from '../stage.mjs';
import { engines } from './engines.mjs';
import { startAll, withSite } from './site.mjs';

/** Events sent before the measurement, so that the servers' code is compiled when it begins. */
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

/** What is measured: sluice over each engine, and others over Redis. */
const systems = () => ({
  ...Object.fromEntries(Object.keys(engines).map((name) => [name, [name, channels]])),
  'socket.io': ['redis', socketIo],
  'redis-write': ['redis', redisWrite],
});

export async function fleet(_server, size) {
  const figures = {};
  for (const [name, [engine, server]] of Object.entries(systems())) {
    figures[name] = await measure(engine, server, size);
  }
  return figures;
}
