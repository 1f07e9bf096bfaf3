// The case of connections that open as fast as the server accepts them.
import { grouped, median } from '../format.mjs';
import { servers as all } from '../servers.mjs';
import { withServer } from '../stage.mjs';

// The floor is left out: its backlog of connections is so short that clients have to retry.
export const servers = ['sluice', 'sluice-lean', 'node-http', 'better-sse', 'nchan'];

/** The servers that the targets compare run in more rounds. */
const compared = (rounds) => ({ sluice: rounds, 'sluice-lean': rounds, 'node-http': rounds });

export const full = { rounds: 1, roundsFor: compared(5), connections: 3_000, times: 5 };
export const quick = { rounds: 1, roundsFor: compared(2), connections: 1_000, times: 3 };

export const conditions = ({ connections, times }) =>
  `accept: ${grouped(connections)} connections open as fast as they are accepted, ` +
  `median of ${times} times`;

export const run = (server, { connections, times }) =>
  withServer(server, async (stage) => {
    const open = async () => {
      await stage.server.ask('begin');
      const seconds = await stage.connect(connections);
      const { cpu } = await stage.server.ask('usage');
      await stage.disconnect();
      return { seconds, cpu: cpu / connections };
    };
    // The server's code is compiled during the first connections.
    await open();
    const opened = [];
    for (let time = 0; time < times; time++) opened.push(await open());
    return {
      rate: connections / median(opened.map(({ seconds }) => seconds)),
      cpu: median(opened.map(({ cpu }) => cpu)),
    };
  });

export function tables({ of, names, cell, table }) {
  const ratio = (name, figure) => cell(of(name, figure) / of('node-http', figure));
  const row = (name) => [
    all[name].title(),
    cell(of(name, 'rate')),
    ratio(name, 'rate'),
    cell(of(name, 'cpu')),
    ratio(name, 'cpu'),
  ];
  const heads = [
    ...['server', 'connections accepted per second', 'divided by `node:http`'],
    ...['CPU, µs per connection', 'divided by `node:http`'],
  ];
  return [table(heads, names.map(row))];
}

const share = (of, name) => of(name, 'rate') / of('node-http', 'rate');

export const targets = [
  {
    text: 'connections accepted per second / node:http',
    figure: (of) => share(of, 'sluice'),
    least: 0.97,
  },
  {
    text: 'connections accepted per second with `lean: true` / node:http',
    figure: (of) => share(of, 'sluice-lean'),
    least: 1.1,
  },
];
