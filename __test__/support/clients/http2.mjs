// A client for HTTP/2, with and without TLS.
import http2 from 'node:http2';
import { createGunzip } from 'node:zlib';
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
      const gzip = head['content-encoding'] === 'gzip';
      const source = gzip ? stream.pipe(createGunzip()) : stream;
      const client = new Reader({
        status: head[':status'],
        headers: head,
        source,
        leave: () => stream.close(http2.constants.NGHTTP2_CANCEL),
        reset: () => session.destroy(),
      });
      source.on('end', () => client.ended(stream.rstCode === 0 ? 'clean' : 'cut'));
      source.on('error', () => client.ended('cut'));
      stream.on('close', () => client.ended('cut'));
      resolve(client.start(reading));
    });
    stream.end();
  });
}
