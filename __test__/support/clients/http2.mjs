// A client for HTTP/2, with and without TLS.
import http2 from 'node:http2';
import { decoded } from './decoded.mjs';
import { Reader } from './reader.mjs';

/** Sends a request over a new HTTP/2 session. Resolves when the response head arrives. */
export function connectHTTP2(
  origin,
  path,
  { headers, method = 'GET', reading = true, signal } = {},
) {
  return new Promise((resolve, reject) => {
    const session = http2.connect(origin, { rejectUnauthorized: false });
    session.on('error', reject);
    const stream = session.request({ ':path': path, ':method': method, ...headers }, { signal });
    stream.on('error', reject);
    stream.on('close', () => session.close());
    stream.on('response', (head) => {
      const source = method === 'HEAD' ? stream : decoded(stream, head['content-encoding']);
      const client = new Reader({
        status: head[':status'],
        headers: head,
        source,
        leave: () => stream.close(http2.constants.NGHTTP2_CANCEL),
        reset: () => session.destroy(),
      });
      source.on('end', () => client.ended(stream.rstCode === 0 ? 'clean' : 'cut'));
      source.on('error', () => client.ended('cut'));
      stream.on('close', () => stream.readableEnded || client.ended('cut'));
      resolve(client.start(reading));
    });
    stream.end();
  });
}
