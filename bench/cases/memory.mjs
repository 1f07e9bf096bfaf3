// The case of idle connections.
import { grouped } from '../format.mjs';
import { peers } from '../servers.mjs';
import { withServer } from '../stage.mjs';

export const servers = peers;

/** The servers that the target compares run in more rounds. */
const compared = (rounds) => ({ sluice: rounds, 'node-http': rounds });

export const full = { rounds: 2, roundsFor: compared(5), connections: 5_000 };
export const quick = { rounds: 1, connections: 1_000 };

export const conditions = ({ connections }) =>
  `idle: ${grouped(connections)} connections, after garbage collection`;

export const run = (server, { connections }) =>
  withServer(server, async (stage) => {
    // The first connections also include one-time allocations of the server.
    await stage.connect(connections / 10);
    const before = await stage.server.ask('memory');
    await stage.connect(connections);
    const after = await stage.server.ask('memory');
    return { idle: (after.rss - before.rss) / connections };
  });

export const columns = [{ figure: 'idle', head: 'idle connection, bytes' }];

export const targets = [
  {
    text: 'KB of an idle connection beyond node:http',
    figure: (of) => (of('sluice', 'idle') - of('node-http', 'idle')) / 1000,
    most: 0.3,
  },
];
