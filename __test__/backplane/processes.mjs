// Processes with a shared backplane, for the tests of engines.
import { until } from '../support/until.mjs';
import { Node } from './nodes.mjs';

export const data = (events) => events.map((event) => event.data);

/** Starts processes and waits until the backplane of each one is online. */
export async function processes(t, count, backplane, channels = ['news']) {
  const start = () => Node.start(t, { backplane, channels });
  const nodes = await Promise.all(Array.from({ length: count }, start));
  await online(nodes);
  return nodes;
}

export const online = (nodes) => Promise.all(nodes.map((node) => reaches(node, 'online')));

export const reaches = (node, state) =>
  until(async () => (await node.ask('state')) === state, `a process that is ${state}`);

export const publish = (node, text, channel = 'news') =>
  node.ask('publish', { channel, event: { event: 'tick', data: text } });
