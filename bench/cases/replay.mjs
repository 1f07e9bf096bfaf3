// The case of clients of one channel that return after they missed many events.
import { grouped } from '../format.mjs';
import { comeBack } from '../returning.mjs';
import { servers as all } from '../servers.mjs';
import { withServer } from '../stage.mjs';

export const servers = ['sluice', 'sse-channels'];

const both = { events: 500, bytes: 200, times: 4 };
export const full = { rounds: 5, connections: 1_000, ...both };
export const quick = { rounds: 1, connections: 200, ...both };

export const conditions = ({ connections, events, bytes }) =>
  `replay: ${grouped(connections)} clients return at once, ` +
  `and each has missed ${events} events of ${bytes} bytes`;

/**
 * Measures the replay, and the part of its cost that comes from opening the connections: the same
 * number of clients that missed nothing return in turn with them.
 */
export const run = (server, { connections, events, bytes, times }) =>
  withServer(server, async (stage) => {
    // The clients have received the first event.
    await stage.server.ask('broadcast', 1, 0, bytes);
    await stage.server.ask('broadcast', events, 0, bytes);
    const first = '0:00000000';
    const last = `${events}:${String(events).padStart(8, '0')}`;
    const from = async (cursor) => {
      const { cpu, busy } = await comeBack(stage, { connections, events, cursors: [cursor] });
      await stage.disconnect();
      return { cpu: cpu / 1000, busy: busy / 1000 };
    };
    await from(first);
    const total = { cpu: 0, busy: 0, replayCpu: 0, replayBusy: 0 };
    for (let time = 0; time < times; time++) {
      const opening = await from(last);
      const { cpu, busy } = await from(first);
      total.cpu += cpu;
      total.busy += busy;
      total.replayCpu += cpu - opening.cpu;
      total.replayBusy += busy - opening.busy;
    }
    return Object.fromEntries(Object.entries(total).map(([name, sum]) => [name, sum / times]));
  });

/** A figure relative to that of sse-channels. */
const share = (of, figure) => of('sluice', figure) / of('sse-channels', figure);

export function tables({ of, size, names, cell, table }) {
  const figures = ['busy', 'cpu', 'replayBusy', 'replayCpu'];
  const own = (name) => figures.map((figure) => cell(of(name, figure)));
  const ratios = figures.map((figure) => cell(share(of, figure)));
  return [
    table(
      [
        `${grouped(size.connections)} clients return`,
        'JavaScript thread, ms',
        'CPU, ms',
        'replay alone: JavaScript thread, ms',
        'replay alone: CPU, ms',
      ],
      [
        ...names.map((name) => [all[name].title(), ...own(name)]),
        ...(names.length > 1 ? [['sluice divided by sse-channels', ...ratios]] : []),
      ],
    ),
  ];
}

export const targets = [
  {
    text: 'JavaScript time of the replay alone / sse-channels',
    figure: (of) => share(of, 'replayBusy'),
    most: 0.1,
  },
  {
    text: 'CPU of the replay alone / sse-channels',
    figure: (of) => share(of, 'replayCpu'),
    most: 0.333,
  },
];
