// The case of another framework's streams: adopted, as runs, and through the framework's own Node
// path.
import { setTimeout as sleep } from 'node:timers/promises';
import { tokens } from './servers.mjs';
import { deliver, withServer } from './stage.mjs';

export const ways = ['adopt', 'runs', 'readers', 'pipe'];
/** How many readers each source has. */
const READERS = { readers: 10 };
/** Their sources go on when their clients leave. */
const OUTLIVING = ['runs', 'readers'];

/** How long the sources may take to be told that their clients have left, in milliseconds. */
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

/** Returns how long it takes until the last source is told to stop, in milliseconds. */
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

export async function adoptTokens(_server, size) {
  const figures = {};
  for (const way of ways) {
    for (const [figure, value] of Object.entries(await measure(way, size))) {
      figures[`${way} ${figure}`] = value;
    }
  }
  return figures;
}
