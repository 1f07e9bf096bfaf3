// The case of one event for each client, such as the tokens of a response.
import { grouped } from '../format.mjs';
import { each } from '../servers.mjs';
import { deliver, withServer } from '../stage.mjs';
import { measureWays, tableOfWays } from '../ways.mjs';

export const servers = ['sluice'];

const ofEach = { connections: 1_000, events: 100, warmUp: 20, rate: 20 };
export const full = { rounds: 5, ...ofEach };
export const quick = { rounds: 1, ...ofEach, events: 40 };

export const conditions = ({ connections, events, rate }) =>
  `one event each: ${grouped(connections)} clients, ${events} events for each of them, ` +
  `${rate} per second, all in one turn of the event loop`;

/** The ways to send them, and their names in the table. */
const WAYS = { send: '`connection.send({ event, data })`', write: '`res.write()` of the frame' };

const measure = (way, { connections, events, warmUp, rate }) =>
  withServer(each.sent(way), async (stage) => {
    await stage.connect(connections);
    await deliver(stage, warmUp, rate);
    const { cpu, busy, received } = await deliver(stage, events, rate);
    // Includes more than the calls: Node.js writes afterwards, when it uncorks the socket.
    return { cpu: cpu / received, busy: busy / received };
  });

export const run = (_server, size) => measureWays(WAYS, measure, size);

export const tables = (view) => [
  tableOfWays(view, 'one event each', WAYS, {
    busy: 'JavaScript thread, µs per event',
    cpu: 'CPU, µs per event',
  }),
];

const share = (of, figure) => of('sluice', `send ${figure}`) / of('sluice', `write ${figure}`);

export const targets = [
  {
    text: 'JavaScript time of one event each, `connection.send` / `res.write`',
    figure: (of) => share(of, 'busy'),
    most: 0.167,
  },
  {
    text: 'CPU of one event each, `connection.send` / `res.write`',
    figure: (of) => share(of, 'cpu'),
    most: 0.7,
  },
];
