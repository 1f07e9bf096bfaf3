// The case of idle connections with `lean: true`.
import { grouped } from '../format.mjs';
import { servers as all } from '../servers.mjs';
import { withServer } from '../stage.mjs';

export const servers = ['sluice-lean'];

/** The total number of connections is close to the descriptor limit of one process. */
export const full = { rounds: 3, few: 1_000, many: 18_000, warmUps: 5 };
export const quick = { rounds: 1, few: 500, many: 5_000, warmUps: 5 };

export const conditions = ({ few, many }) =>
  `lean: ${grouped(many)} idle connections with \`lean: true\`, after ${grouped(few)}`;

export const run = (server, { few, many, warmUps }) =>
  withServer(server, async (stage) => {
    // While connections open, the heap grows once to the size that it needs.
    for (let time = 0; time < warmUps; time++) {
      await stage.connect(few);
      await stage.disconnect();
    }
    await stage.connect(few);
    const before = await stage.server.ask('memory');
    await stage.connect(many - few);
    const after = await stage.server.ask('memory');
    return {
      lean: (after.rss - before.rss) / (many - few),
      heap: after.heap / before.heap,
    };
  });

export function tables({ of, names, size, cell, table }) {
  const { few, many } = size;
  const row = (name) => [all[name].title(), cell(of(name, 'lean')), cell(of(name, 'heap'))];
  const heap = `JavaScript heap with ${grouped(many)} connections / with ${grouped(few)}`;
  return [table(['server', 'idle connection, bytes', heap], names.map(row))];
}

export const targets = [
  {
    text: 'KB of an idle connection with `lean: true`',
    figure: (of) => of('sluice-lean', 'lean') / 1000,
    most: 0.6,
  },
  {
    text: 'JavaScript heap with many lean connections / with few',
    figure: (of) => of('sluice-lean', 'heap'),
    most: 1.1,
  },
];
