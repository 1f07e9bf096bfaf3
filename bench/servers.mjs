// The commands that start each server, by name.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nchan from './nchan.js';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const version = (manifest) => JSON.parse(readFileSync(path(manifest), 'utf8')).version;
const node = (name) => [process.execPath, ['--expose-gc', path(`servers/${name}.js`)]];

export const loadClient = [path('load/target/release/load'), []];

/** sluice, with its clients in a broker. */
export const broker = { command: node('broker') };

/** sluice, with 50 channels, or with the options in its last argument. */
export const channels = {
  command: node('channels'),
  with: (options) => [process.execPath, [...node('channels')[1], JSON.stringify(options)]],
};

/** Many channels in one of the servers below. */
export const manyChannels = {
  of: (name) => ({ command: [process.execPath, [...node('many-channels')[1], name]] }),
};

/** A loop of `res.write`, fed by Redis. */
export const redisWrite = {
  command: node('redis-write'),
  title: () => `\`res.write\`, redis ${version('node_modules/redis/package.json')}`,
};

export const socketIo = {
  command: node('socket-io'),
  protocol: 'socket.io',
  title: () => {
    const adapter = version('node_modules/@socket.io/redis-adapter/package.json');
    const own = version('node_modules/socket.io/package.json');
    return `socket.io ${own}, @socket.io/redis-adapter ${adapter}`;
  },
};

/** sluice, with clients that never read. */
export const stalled = { command: node('stalled') };

/** Streams of JSON, compressed in one of several ways. */
export const compressed = {
  served: (way) => ({ command: [process.execPath, [...node('compressed')[1], way]] }),
};

/** sluice, with a channel and a connection outside it. */
export const single = { command: node('single') };

/** Idle connections that get pings. V8 would wake an idle thread to collect garbage. */
export const pings = {
  by: (way, interval) => {
    const [command, args] = node('pings');
    return { command: [command, ['--no-memory-reducer', ...args, way, interval]] };
  },
};

/** Streams of the AI SDK, served in one of two ways. */
export const tokens = {
  served: (way) => ({ command: [process.execPath, [...node('tokens')[1], way]] }),
};

/** Event streams over TLS. `protocol` is `https` or `http2`, and `writer` is `sluice` or `loop`. */
export const secure = (protocol, writer) => ({
  command: [process.execPath, [...node('secure')[1], protocol, writer]],
});

/** One event for each client, sent in one of two ways. */
export const each = {
  sent: (way) => ({ command: [process.execPath, [...node('each')[1], way]] }),
};

export const servers = {
  floor: { command: [path('load/target/release/floor'), []], title: () => 'bare `send(2)` loop' },
  sluice: { command: node('sluice'), title: () => `sluice ${version('../package.json')}` },
  'sluice-lean': {
    command: [process.execPath, [...node('sluice')[1], 'lean']],
    title: () => `sluice ${version('../package.json')}, \`lean: true\``,
  },
  'node-http': { command: node('node-http'), title: () => '`node:http`, `res.write`' },
  'better-sse': {
    command: node('better-sse'),
    title: () => `better-sse ${version('node_modules/better-sse/package.json')}`,
  },
  'fastify-sse': {
    command: node('fastify-sse'),
    title: () => `@fastify/sse ${version('node_modules/@fastify/sse/package.json')}`,
  },
  'sse-channels': {
    command: node('sse-channels'),
    title: () => `sse-channels ${version('node_modules/sse-channels/package.json')}`,
  },
  nchan: {
    command: node('nchan'),
    title: nchan.title,
    missing: nchan.missing,
  },
};

/** The servers that broadcast events, which most cases compare. */
export const peers = Object.keys(servers).filter((name) => name !== 'sluice-lean');
