// Runs each case of a table at every entry point.
import { describe, test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { entryPoints } from './entry-points.mjs';

let sites = 0;

/**
 * Starts the server of an entry point.
 *
 * - `options`: the options of a connection.
 * - `joins`: streams join a channel or a topic with a history.
 * - `before`: receives each request first, and may be async.
 */
export async function serve(t, entry, { options = {}, joins = true, before = () => {} } = {}) {
  const opened = [];
  const errors = [];
  const site = {
    name: `site ${sites++}`,
    options,
    joins,
    before,
    log: [],
    opened: (stream) => opened.push(stream),
    failed: (error) => errors.push(error),
  };
  const running = await entry.start(t, site);
  t.after(running.close);
  const { path = '/' } = entry;
  const connect = (request = {}, query = '') => running.connect(path + query, request);
  return {
    ...running,
    opened,
    errors,
    log: site.log,
    connect,
    /** Sends a request that opens a stream, unless it is refused. `client` reads the response. */
    async open(request, query) {
      const before = opened.length;
      const client = await connect(request, query);
      if (client.status !== 200) return { client };
      await until(
        () => opened.length > before,
        () => `a stream: ${errors[0]?.stack}`,
      );
      return { client, ...opened.at(-1) };
    },
  };
}

/**
 * A case is a function, or an object that lists its `needs`. An entry point that lacks one of them
 * is skipped with its reason.
 */
export function runCases(cases) {
  for (const entry of entryPoints) {
    describe(entry.title, () => {
      for (const [title, given] of Object.entries(cases)) {
        const { needs = [], run } = typeof given === 'function' ? { run: given } : given;
        const skip = needs.map((need) => entry.lacks?.[need]).find(Boolean) ?? false;
        test(title, { ...SOON, skip }, (t) => run(t, entry));
      }
    });
  }
}
