// Channels for tests of `events()`: of one process, and over a backplane.
import { createRequire } from 'node:module';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

const { memoryBackplane } = createRequire(import.meta.url)('../../../backplane.js');

let names = 0;

/** Keeps the process alive, because a loop does not. */
export function stayAlive(t) {
  const timer = setInterval(() => {}, 1000);
  t.after(() => clearInterval(timer));
}

async function shared(t, options) {
  names += 1;
  return node(t, `events-${names}`, options);
}

/** The same channel in two processes. */
export async function nodes(t) {
  names += 1;
  const name = `events-${names}`;
  return [await node(t, name), await node(t, name)];
}

async function node(t, name, options) {
  const backplane = memoryBackplane({ name });
  const channel = new sluice.Channel({ ...options, backplane, name: 'news' });
  t.after(() => {
    backplane.close();
    channel.close();
  });
  await until(() => backplane.state === 'online', 'the engine');
  return channel;
}

function plain(t, options) {
  const channel = new sluice.Channel(options);
  t.after(() => channel.close());
  return channel;
}

export const KINDS = { plain, 'over a backplane': shared };

/** Reads a number of events. Fails if the loop ends before. */
export async function take(events, count) {
  const taken = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) throw new Error(`the loop ended after ${taken.length} events`);
    taken.push(value);
  }
  return taken;
}

/** Reads the remaining events until the loop ends. */
export async function rest(events) {
  const taken = [];
  for await (const event of events) taken.push(event);
  return taken;
}

export const data = (events) => events.map((event) => event.data);
