// Tells how to start each server, by its name.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const version = (manifest) => JSON.parse(readFileSync(path(manifest), 'utf8')).version;
const node = (name) => [process.execPath, ['--expose-gc', path(`servers/${name}.js`)]];

export const loadClient = [path('load/target/release/load'), []];

/** sluice, with its clients in a broker. */
export const broker = { command: node('broker') };

/** sluice, with 50 channels. */
export const channels = { command: node('channels') };

/** sluice, with clients that never read. */
export const stalled = { command: node('stalled') };

export const servers = {
  floor: { command: [path('load/target/release/floor'), []], title: () => 'bare `send(2)` loop' },
  sluice: { command: node('sluice'), title: () => `sluice ${version('../package.json')}` },
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
};
