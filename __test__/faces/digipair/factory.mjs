import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { until } from '../../support/until.mjs';

const require = createRequire(import.meta.url);
export const engine = require('@digipair/engine');
export const skill = require('../../../digipair.js');
const { broker } = require('../../../lib/faces/digipair/session.js');
export const sessions = broker();

/** The properties and context of each `record` pin that ran. */
export const records = [];
export const recordsOf = (name) => records.filter(({ what }) => what === name);

engine.config.set('LIBRARIES', {
  'sluice/digipair': skill,
  '@digipair/skill-sse': skill,
  test: {
    record: ({ what, ...properties }, _pins, context) => {
      records.push({ what, properties, context });
      return properties;
    },
    fail: ({ value }) => {
      throw value ?? new Error('a pin has failed');
    },
    evil: () => {
      throw {
        get type() {
          throw new Error('no');
        },
      };
    },
    gone: async (_params, _pins, context) => until(() => context.protected.res.destroyed),
  },
});

export const pin = (element, properties, library = 'sluice/digipair') => ({
  library,
  element,
  properties,
});
export const record = (what, properties) => pin('record', { what, ...properties }, 'test');

const scope = (digipair, reasoning) => ({ request: { digipair, reasoning } });

/** Executes pins as a reasoning that was started without a request. */
export function run(pins, { digipair = 'dp', reasoning = 'talk', ...context } = {}) {
  const list = [pins].flat();
  return engine.executePinsList(list, {
    protected: { req: null, res: null },
    privates: {},
    variables: {},
    ...scope(digipair, reasoning),
    ...context,
  });
}

/**
 * A stand-in for a factory: `/digipair/reasoning` executes the pins of that name and answers with
 * their result, unless a session has already answered.
 */
export async function factory(t, reasonings, { privates = {} } = {}) {
  const results = [];
  const responses = new Set();
  /** Weak references to objects of the contexts, to see whether the contexts are freed. */
  const variables = [];
  const server = http.createServer(async (req, res) => {
    responses.add(res);
    const { pathname, searchParams } = new URL(req.url, 'http://localhost');
    const [digipair, reasoning] = pathname.slice(1).split('/').map(decodeURIComponent);
    const context = {
      protected: { req, res },
      privates,
      variables: {},
      request: { digipair, reasoning, query: Object.fromEntries(searchParams) },
    };
    variables.push(new WeakRef(context.variables));
    const pins = reasonings[reasoning];
    try {
      const result = await engine.executePinsList(pins, context, 'reasoning');
      results.push({ result });
      if (!res.headersSent) res.end(JSON.stringify(result));
    } catch (error) {
      results.push({ error });
      if (!res.headersSent) res.writeHead(500).end(error.code);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const clients = [];
  t.after(async () => {
    for (const client of clients) client.leave();
    server.close();
    server.closeAllConnections();
    const isOwn = ({ connection }) => responses.has(connection.response);
    await until(() => !sessions.clients().some(isOwn), 'every session to end');
  });
  return {
    results,
    variables,
    /** Resolves when the pins have been executed. */
    async connect(path, request) {
      const before = results.length;
      const client = await connectHTTP1(origin, path, request);
      clients.push(client);
      await until(() => results.length > before, `the reasoning of ${path}`);
      return client;
    },
  };
}

/** Collects the process's warnings from now on instead of printing them. */
export function warnings(t) {
  const seen = [];
  const printing = process.listeners('warning');
  process.removeAllListeners('warning').on('warning', (warning) => seen.push(warning));
  t.after(() => {
    process.removeAllListeners('warning');
    for (const listener of printing) process.on('warning', listener);
  });
  return seen;
}
