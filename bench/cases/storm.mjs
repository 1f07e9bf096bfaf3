// The case of clients of many channels that return at once.
import { grouped } from '../format.mjs';
import { comeBack } from '../returning.mjs';
import { channels } from '../servers.mjs';
import { withServer } from '../stage.mjs';

export const servers = ['sluice'];

/** How many channels `servers/channels.js` has. */
const CHANNELS = 50;

/** Each channel has 500 events, and a client has missed 10, 8 or 5 of each of its channels. */
const both = { warmUp: 500, kept: 25_000, missed: [500, 400, 250] };
export const full = { rounds: 5, connections: 10_000, ...both };
export const quick = { rounds: 1, connections: 2_000, ...both };

export const conditions = ({ connections, kept, missed }) =>
  `storm: ${grouped(connections)} clients of 1 to 50 channels return at once; ` +
  `the channels have sent ${grouped(kept + Math.max(...missed))} events, ` +
  `of which the clients missed the last ${missed.join(', ')}`;

/** The clients return with several different cursors. */
export const run = (_server, { connections, warmUp, kept, missed }) =>
  withServer(channels, async (stage) => {
    const { server } = stage;
    const events = kept + Math.max(...missed);
    await server.ask('broadcast', events, 0);
    const firsts = missed.map((count) => events - count);
    const { cursors } = await server.ask('cursors', ...firsts);
    const size = { events, cursors, channels: CHANNELS };
    await comeBack(stage, { connections: warmUp, ...size });
    await stage.disconnect();
    await server.ask('watch');
    const { cpu, busy, elapsed } = await comeBack(stage, { connections, ...size });
    return {
      ...(await server.ask('blocked')),
      elapsed: elapsed / 1e9,
      cpu: cpu / connections,
      busy: busy / connections,
    };
  });

export function tables({ of, size, cell, table }) {
  const figure = (text, name) => [text, cell(of('sluice', name))];
  return [
    table(
      [`sluice, ${grouped(size.connections)} clients of 1 to 50 channels return`, ''],
      [
        figure('the longest turn of the event loop, ms of CPU time', 'turn'),
        figure('the longest delay of a timer of 1 ms, ms', 'delay'),
        figure('until every client has all that it missed, s', 'elapsed'),
        figure('JavaScript thread, µs per client', 'busy'),
        figure('CPU, µs per client', 'cpu'),
      ],
    ),
  ];
}

export const targets = [
  {
    text: 'CPU time of the longest turn while clients of 50 channels return, ms',
    figure: (of) => of('sluice', 'turn'),
    most: 20,
  },
  {
    text: 'the longest delay of a timer meanwhile, ms',
    figure: (of) => of('sluice', 'delay'),
    most: 20,
  },
];
