// The case of one event to many connections, some times a second.
import { grouped } from '../format.mjs';
import { peers } from '../servers.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';

export const servers = peers;

// The limits compare figures that are close together, so they need more rounds.
const closely = (rounds) => ({ floor: rounds, sluice: rounds });

export const full = { rounds: 2, roundsFor: closely(5), connections: 5_000, events: 50, rate: 5 };
export const quick = { rounds: 1, roundsFor: closely(2), connections: 5_000, events: 10, rate: 5 };

export const conditions = ({ connections, events, rate }) =>
  `steady: ${grouped(connections)} connections, ` +
  `${events} broadcasts of one event, ${rate} per second`;

export const run = (server, { connections, events, rate }) =>
  withServer(server, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, WARM_UP, rate * 2);
    const { cpu, busy, received, p50, p99 } = await deliver(stage, events, rate);
    return {
      cpu: cpu / received,
      p50: p50 / 1000,
      p99: p99 / 1000,
      ...(busy !== undefined && { busy: busy / events / 1000 }),
    };
  });

export const columns = [
  { figure: 'cpu', head: 'CPU, µs per delivery' },
  { figure: 'p50', head: 'latency p50, ms' },
  { figure: 'p99', head: 'latency p99, ms' },
  { figure: 'busy', head: 'JavaScript thread, ms per broadcast' },
];

export const targets = [
  {
    text: 'CPU per delivery / bare send(2) loop',
    figure: (of) => of('sluice', 'cpu') / of('floor', 'cpu'),
    most: 1.15,
  },
];
