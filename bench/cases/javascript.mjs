// The case of the JavaScript time of a broadcast, with few connections and with many.
import { growth, tableOfGrowth } from '../few-many.mjs';
import { grouped } from '../format.mjs';
import { deliver, WARM_UP, withServer } from '../stage.mjs';

export const servers = ['sluice'];

export const full = { rounds: 5, few: 10, many: 9_000, events: 40, rate: 10, burst: 500 };
export const quick = { rounds: 1, few: 10, many: 9_000, events: 20, rate: 10, burst: 500 };

export const conditions = ({ few, many, events, rate, burst }) =>
  `JavaScript time: ${few} and ${grouped(many)} connections, ` +
  `${events} broadcasts, ${rate} per second, then ${burst} in a burst`;

export async function run(server, { few, many, events, rate, burst }) {
  const figures = {};
  for (const [name, connections] of Object.entries({ few, many })) {
    await withServer(server, async (stage) => {
      await stage.connect(connections);
      await deliver(stage, WARM_UP, rate);
      const steadily = await deliver(stage, events, rate);
      const atOnce = await deliver(stage, burst, 0);
      figures[`${name}Call`] = steadily.call;
      figures[`${name}Time`] = steadily.callCpu;
      figures[`${name}BurstTime`] = atOnce.callCpu;
      figures[`${name}Busy`] = steadily.busy / events;
      figures[`${name}BurstCall`] = atOnce.call;
    });
  }
  return figures;
}

export const tables = ({ size: { few, many }, ...view }) => [
  tableOfGrowth(
    view,
    ['sluice, µs per broadcast', `${few} connections`, `${grouped(many)} connections`],
    {
      Time: 'CPU time of the `send` call, one at a time',
      BurstTime: 'CPU time of the `send` call, in a burst',
      Call: 'its duration, one at a time',
      BurstCall: 'its duration, in a burst',
      Busy: "the whole JavaScript thread, with the bench's timers",
    },
  ),
];

/**
 * The targets are about CPU time. The call wakes the I/O thread, which may preempt it at once if
 * the server has only one core. The duration then includes the sends of that thread.
 */
const worst = (of, figure) => Math.max(of('sluice', `few${figure}`), of('sluice', `many${figure}`));

export const targets = [
  {
    text: 'JavaScript time per broadcast at 9,000 connections / at 10',
    figure: (of) => Math.max(growth(of, 'Time'), growth(of, 'BurstTime')),
    most: 1.2,
  },
  {
    text: 'JavaScript time per broadcast from a cold start, µs',
    figure: (of) => worst(of, 'Time'),
    most: 15,
  },
  {
    text: 'JavaScript time per broadcast in a burst, µs',
    figure: (of) => worst(of, 'BurstTime'),
    most: 3,
  },
];
