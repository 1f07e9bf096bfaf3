// The case of one event to many connections, several times a second.
import { grouped } from '../format.mjs';
import { peers } from '../servers.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';

export const servers = peers;

/** The servers that the targets compare run in more rounds. */
const compared = (rounds) => ({ floor: rounds, sluice: rounds, nchan: rounds });

export const full = { rounds: 2, roundsFor: compared(5), connections: 5_000, events: 50, rate: 5 };
export const quick = { rounds: 1, roundsFor: compared(2), connections: 5_000, events: 10, rate: 5 };

export const conditions = ({ connections, events, rate }) =>
  `steady: ${grouped(connections)} connections, ` +
  `${events} broadcasts of one event, ${rate} per second`;

/** `isPinned`: whether the server and the client run on separate cores. */
export const broadcast = (server, { connections, events, rate }, isPinned) =>
  withServer(
    server,
    async (stage) => {
      await stage.connect(connections);
      await deliver(stage, WARM_UP, rate * 2);
      const { cpu, busy, received, p50, p99 } = await deliver(stage, events, rate);
      return {
        cpu: cpu / received,
        p50: p50 / 1000,
        p99: p99 / 1000,
        ...(busy !== undefined && { busy: busy / events / 1000 }),
      };
    },
    isPinned,
  );

export const run = (server, size) => broadcast(server, size, true);

export const columns = [
  { figure: 'cpu', head: 'CPU, µs per delivery' },
  { figure: 'p50', head: 'latency p50, ms' },
  { figure: 'p99', head: 'latency p99, ms' },
  { figure: 'busy', head: 'JavaScript thread, ms per broadcast' },
];

/** `how` is added to the texts to describe the measurement. */
export const targetsOf = (how) => [
  {
    text: `CPU per delivery${how} / bare send(2) loop`,
    figure: (of) => of('sluice', 'cpu') / of('floor', 'cpu'),
    most: 1.03,
  },
  {
    text: `latency p99${how} / bare send(2) loop`,
    figure: (of) => of('sluice', 'p99') / of('floor', 'p99'),
    most: 1.1,
  },
  {
    text: `latency p99${how} / nchan`,
    figure: (of) => of('sluice', 'p99') / of('nchan', 'p99'),
    most: 1,
  },
];

export const targets = targetsOf('');
