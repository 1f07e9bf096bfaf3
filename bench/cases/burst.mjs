// The case of many events at once.
import { grouped } from '../format.mjs';
import { peers } from '../servers.mjs';
import { deliver, medianOf, WARM_UP, withServer } from '../stage.mjs';

export const servers = peers;

/** The servers that the targets compare run in more rounds. */
const compared = (rounds) => ({ sluice: rounds, 'better-sse': rounds, nchan: rounds });

export const full = {
  ...{ rounds: 2, roundsFor: compared(5) },
  ...{ connections: 1_000, events: 1_000, times: 1 },
};
export const quick = { rounds: 1, connections: 1_000, events: 200, times: 5 };

export const conditions = ({ connections, events, times }) =>
  `burst: ${grouped(connections)} connections, ` +
  `${grouped(events)} events as fast as they can be sent` +
  (times > 1 ? `, median of ${times} times` : '');

/**
 * The server's threads share one core: a burst takes half as long again if they are scheduled
 * badly.
 */
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

const ratio = (of, name) => of('sluice', 'throughput') / of(name, 'throughput');

export const targets = [
  {
    text: 'burst throughput / better-sse',
    figure: (of) => ratio(of, 'better-sse'),
    least: 200,
  },
  {
    text: 'burst throughput / nchan',
    figure: (of) => ratio(of, 'nchan'),
    least: 80,
  },
];
