// A server of runs, and clients that read them.
import http from 'node:http';
import { createRequire } from 'node:module';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { listen } from '../support/listen.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
export const { aiSdk, createRuns } = require('../../runs.js');

/** The user of a request. */
const userOf = (request) => request.headers['x-user'];

/** Serves run `id` at `/id`. `settings` are options of `createRuns()`. */
export async function serve(t, settings) {
  const runs = createRuns({
    authorize: (request, run) => run.owner === null || run.owner === userOf(request),
    onError: () => {},
    ...settings,
  });
  const server = http.createServer((req, res) => {
    const id = new URL(req.url, 'http://local').pathname.slice(1);
    runs.respond(req, res, decodeURIComponent(id)).catch((error) => {
      if (res.headersSent) return res.destroy();
      res.writeHead(error.statusCode ?? 500).end(error.code);
    });
  });
  const running = await listen(server, 'http', connectHTTP1);
  t.after(async () => {
    await runs.close();
    await running.close();
  });
  const read = (path, headers = {}) => running.connect(`/${path}`, { headers });
  return { ...running, runs, read };
}

/** Waits for the end of the response. */
export async function over(client) {
  await until(
    () => client.end !== undefined,
    () => `the end of ${JSON.stringify(client.text.slice(-500))}`,
  );
  return client;
}

/** A source that yields the items that a test gives it. */
export function controlled() {
  const waiting = [];
  const given = [];
  const state = { signal: undefined, isStopped: false };
  const step = (result) => {
    const next = waiting.shift();
    if (next) next(result);
    else given.push(result);
  };
  const source = ({ signal }) => {
    state.signal = signal;
    return {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          given.length > 0
            ? Promise.resolve(given.shift())
            : new Promise((resolve) => waiting.push(resolve)),
        return: async () => {
          state.isStopped = true;
          return { done: true };
        },
      }),
    };
  };
  return {
    source,
    state,
    give(...items) {
      for (const value of items) step({ done: false, value });
    },
    end: () => step({ done: true }),
  };
}
