// Loads sluice and starts a server whose requests open connections.
import { createRequire } from 'node:module';

// Loaded as CommonJS, as in most applications.
export const sluice = createRequire(import.meta.url)('../../index.js');

const merged = (theirs, own) => (theirs && own ? { ...theirs, ...own } : own);

/**
 * Starts a server of `servers/` whose requests open connections. `open` sends a request and returns
 * both ends of its connection. `before` receives the request first. If the framework has an
 * adapter, the server passes the handler a function that opens the connection through it.
 */
export async function site(t, server, before = () => {}) {
  const ends = new Map();
  const settings = new Map();
  const running = await server.start((req, res, adapter) => {
    const { options } = settings.get(req.url) ?? {};
    const create = adapter ?? ((merged) => new sluice.Connection(req, res, merged));
    try {
      before(req, res);
      const connection = create({
        ping: false,
        ...server.options,
        ...options,
        headers: merged(
          server.options?.headers,
          options && 'headers' in options ? options.headers : {},
        ),
      });
      ends.set(req.url, { connection, req, res });
    } catch (error) {
      ends.set(req.url, { error });
      if (!res.headersSent) res.statusCode = 500;
      res.end();
    }
  });
  t.after(() => running.close());

  let next = 0;
  return {
    ...running,
    async open(options, request) {
      const path = `/${next++}`;
      settings.set(path, { options });
      const client = await running.connect(path, request);
      const { error, ...end } = ends.get(path);
      if (error) throw error;
      return { client, ...end };
    },
  };
}
