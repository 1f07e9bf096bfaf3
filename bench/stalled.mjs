// The case of clients that never read, beside others that do.
import { setTimeout as sleep } from 'node:timers/promises';
import { stalled } from './servers.mjs';
import { deliver, medianOf, withServer } from './stage.mjs';

export const policies = ['disconnect', 'drop-oldest', 'conflate', 'reread'];
export const transports = ['native', 'stream'];

/** Measures one policy on one transport, without and with clients that never read. */
const measure = (policy, transport, { connections, events, rate, bytes, times }) =>
  withServer(stalled, async (stage) => {
    /** That of single runs varies by half. */
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
    // The buffers of those clients fill up first, and the policy applies after a slow second.
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

export async function stall(_server, size) {
  const figures = {};
  for (const policy of size.policies ?? policies) {
    for (const transport of transports) {
      const measured = await measure(policy, transport, size);
      for (const [figure, value] of Object.entries(measured)) {
        figures[`${policy} ${transport} ${figure}`] = value;
      }
    }
  }
  return figures;
}
