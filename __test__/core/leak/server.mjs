// Serves short streams through an adapter, and reports its resources on request. Needs --expose-gc.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { adapters, seClients } from './adapters.mjs';

const server = await adapters[process.argv[2]]();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.send({ port: server.address().port });

const openStreams = () => {
  const { native, stream } = sluice.metrics().connections;
  return native + stream;
};
const openSockets = () =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));

process.on('message', async () => {
  await until(
    async () => openStreams() === 0 && (await openSockets()) === 0,
    () => `every stream to end, but ${openStreams()} are open`,
  );
  // The core releases its memory in the turns after a collection.
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc();
    await turn();
  }
  const { channels, queuedBytes } = sluice.metrics();
  const { heapUsed, rss } = process.memoryUsage();
  const descriptors = readdirSync('/proc/self/fd').length;
  process.send({ heapUsed, rss, descriptors, channels, queuedBytes, seClients: seClients() });
});
process.on('disconnect', () => process.exit());
