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

/** What pins of the tests have recorded: one entry of properties and context for each. */
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

/** Executes pins as a reasoning that no request has started. */
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
 * What stands for a factory: `/digipair/reasoning` executes the pins of that name, and answers with
 * their result unless a session
 * has answered.
 */
export async function factory(t, reasonings, { privates = {} } = {}) {
  const results = [];
  const responses = new Set();
  /** Objects of the contexts, to see whether these are let go. */
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
    await until(() => !sessions.clients().some(isOwn), 'every session to be gone');
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

/** The process's warnings from now on, which are not printed. */
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
