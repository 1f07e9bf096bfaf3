// The case of many events at once.
import { grouped } from '../format.mjs';
import { peers } from '../servers.mjs';
import { deliver, medianOf, WARM_UP, withServer } from '../stage.mjs';

export const servers = peers;

export const full = { rounds: 2, connections: 1_000, events: 1_000, times: 1 };
export const quick = { rounds: 1, connections: 1_000, events: 200, times: 5 };

export const conditions = ({ connections, events, times }) =>
  `burst: ${grouped(connections)} connections, ` +
  `${grouped(events)} events as fast as they can be sent` +
  (times > 1 ? `, median of ${times} times` : '');

/** The server's threads share one core: a burst takes a half longer if they take turns badly. */
export const run = (server, { connections, events, times }) =>
  withServer(server, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, WARM_UP, 0);
    const throughput = await medianOf(times, async () => {
      const { received, span } = await deliver(stage, events, 0);
      return received / (span / 1e9);
    });
    return { throughput };
  });

export const columns = [{ figure: 'throughput', head: 'burst, deliveries per second' }];

export const targets = [
  {
    text: 'burst throughput / better-sse',
    figure: (of) => of('sluice', 'throughput') / of('better-sse', 'throughput'),
    least: 50,
  },
];
