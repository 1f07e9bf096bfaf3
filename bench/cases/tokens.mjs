// The case of another framework's streams: adopted, as runs, and through the framework's own Node
// path.
import { setTimeout as sleep } from 'node:timers/promises';
import { grouped } from '../format.mjs';
import { tokens } from '../servers.mjs';
import { deliver, withServer } from '../stage.mjs';
import { measureWays, tableOfWays } from '../ways.mjs';

export const servers = ['sluice'];

export const full = { rounds: 5, connections: 100, events: 500, warmUp: 100 };
export const quick = { rounds: 1, connections: 100, events: 200, warmUp: 50 };

export const conditions = ({ connections, events }) =>
  `tokens: ${grouped(connections)} clients of streams of the AI SDK, ${grouped(events)} tokens ` +
  'each, one token in each turn of the event loop; then all clients leave at once';

/** The ways to serve them, and their names in the table. */
const WAYS = {
  adopt: '`adopt()`',
  runs: '`sluice/runs`, one reader of each run',
  readers: '`sluice/runs`, ten readers of each run',
  pipe: '`pipeUIMessageStreamToResponse()`',
};
/** The number of readers of each source. */
const READERS = { readers: 10 };
/** Ways whose sources continue when their clients disconnect. */
const OUTLIVING = ['runs', 'readers'];

/**
 * The time limit in which the sources must be cancelled after their clients left, in milliseconds.
 */
const PATIENCE = 30_000;

const measure = (way, { connections, events, warmUp }) =>
  withServer(tokens.served(way), async (stage) => {
    await stage.connect(connections);
    await deliver(stage, warmUp, 0);
    const { cpu, busy, received } = await deliver(stage, events, 0);
    const tokens = received / (READERS[way] ?? 1);
    const figures = { cpu: cpu / tokens, busy: busy / tokens };
    if (OUTLIVING.includes(way)) return figures;
    return { ...figures, leave: await leave(stage, connections) };
  });

/** Returns the time until the last source is cancelled, in milliseconds. */
async function leave({ server, load }, connections) {
  const before = process.hrtime.bigint();
  await load.ask('close');
  for (;;) {
    const { cancelled, latest } = await server.ask('cancelled');
    if (cancelled === connections) return Number(BigInt(latest) - before) / 1e6;
    if (Number(process.hrtime.bigint() - before) / 1e6 > PATIENCE)
      throw new Error(`${cancelled} of ${connections} sources were told to stop`);
    await sleep(10);
  }
}

export const run = (_server, size) => measureWays(WAYS, measure, size);

export const tables = (view) => [
  tableOfWays(view, 'streams of the AI SDK', WAYS, {
    busy: 'JavaScript thread, µs per token',
    cpu: 'CPU, µs per token',
    leave: 'until the last source is told that its client has left, ms',
  }),
];

/** A figure relative to that of another way. */
const share = (of, way, figure, other = 'pipe') =>
  of('sluice', `${way} ${figure}`) / of('sluice', `${other} ${figure}`);

export const targets = [
  {
    text: 'JavaScript time per token, adopted / through the AI SDK',
    figure: (of) => share(of, 'adopt', 'busy'),
    most: 1,
  },
  {
    text: 'CPU per token, adopted / through the AI SDK',
    figure: (of) => share(of, 'adopt', 'cpu'),
    most: 1,
  },
  {
    text: 'JavaScript time per token, through a run / through the AI SDK',
    figure: (of) => share(of, 'runs', 'busy'),
    most: 1,
  },
  {
    text: 'CPU per token, through a run / through the AI SDK',
    figure: (of) => share(of, 'runs', 'cpu'),
    most: 1,
  },
  {
    text: 'CPU per token of a run with ten readers / with one',
    figure: (of) => share(of, 'readers', 'cpu', 'runs'),
    most: 2,
  },
  {
    text: 'ms until the last of the adopted sources is told that its client has left',
    figure: (of) => of('sluice', 'adopt leave'),
    most: 100,
  },
];
