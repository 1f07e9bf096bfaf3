// A server that adopts responses, over each kind of transport.
import http from 'node:http';
import http2 from 'node:http2';
import { adopt } from '../../../fetch.js';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { listen } from '../../support/listen.mjs';
import { transport as native } from '../../support/servers/node-http.mjs';

/** The transports, each with the options of `adopt` that select it. */
export const TRANSPORTS = {
  [`HTTP/1.1, ${native}`]: { transport: native },
  'HTTP/1.1, stream': { transport: 'stream', options: { transport: 'stream' } },
  'HTTP/2': { transport: 'stream', isHTTP2: true },
};

/**
 * Serves the responses of `respond`. `adopted` collects the results of `adopt`, and `errors` the
 * arguments of `onError`.
 */
export async function site(t, respond, { options, isHTTP2 = false, before } = {}) {
  const adopted = [];
  const errors = [];
  const handler = async (req, res) => {
    before?.(req, res);
    const all = { onError: (error) => errors.push(error), ...options };
    adopted.push(adopt(req, res, await respond(req, res), all));
  };
  const server = isHTTP2 ? http2.createServer(handler) : http.createServer(handler);
  const at = await listen(server, 'http', isHTTP2 ? connectHTTP2 : connectHTTP1);
  t.after(() => at.close());
  return { ...at, adopted, errors };
}

const encoder = new TextEncoder();

/** A body that yields these pieces, then ends, fails, or stays open. */
export function bodyOf(pieces, { end = true, error } = {}) {
  const seen = { cancelled: 0, pulled: 0, bytes: 0 };
  const rest = [...pieces];
  const body = new ReadableStream(
    {
      async pull(controller) {
        seen.pulled += 1;
        // Each piece arrives in its own turn of the event loop.
        await new Promise(setImmediate);
        const piece = rest.shift();
        if (piece !== undefined) {
          const bytes = typeof piece === 'string' ? encoder.encode(piece) : piece;
          seen.bytes += bytes.length;
          controller.enqueue(bytes);
        } else if (error) controller.error(error);
        else if (end) controller.close();
        else await new Promise(() => {});
      },
      cancel() {
        seen.cancelled += 1;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
}

export const events = (body, init = {}) =>
  new Response(body, {
    ...init,
    headers: [['content-type', 'text/event-stream'], ...(init.headers ?? [])],
  });
