// Processes that share channels over an engine.
import { until } from '../support/until.mjs';
import { Node } from './nodes.mjs';

export const data = (events) => events.map((event) => event.data);
export const CHANNELS = ['orders', 'news'];

export async function cluster(
  t,
  Server,
  count,
  { channel, backplane, connection, channels = CHANNELS } = {},
) {
  const server = await Server.start(t);
  const given = { backplane: { url: server.url, ...backplane }, channels, channel, connection };
  const start = () => Node.start(t, given);
  const nodes = await Promise.all(Array.from({ length: count }, start));
  const isOnline = async (node) => (await node.ask('state')) === 'online';
  const online = () =>
    until(async () => (await Promise.all(nodes.map(isOnline))).every(Boolean), 'all nodes');
  await online();
  return { server, nodes, start, online };
}

export const publish = (node, channel, text) =>
  node.ask('publish', { channel, event: { event: 'tick', data: text } });
