// A client for HTTP/1.1, with and without TLS.
import http from 'node:http';
import https from 'node:https';
import { decoded } from './decoded.mjs';
import { Reader } from './reader.mjs';

/**
 * Sends a request to an HTTP/1.1 server, over a Unix socket if `socketPath` is set. Resolves when
 * the response head arrives.
 */
export function connectHTTP1(
  origin,
  path,
  { headers, method = 'GET', reading = true, signal, socketPath } = {},
) {
  const { request } = origin.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    const outgoing = request(origin + path, {
      method,
      headers,
      signal,
      socketPath,
      agent: false,
      rejectUnauthorized: false,
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => resolve(reader(outgoing, response).start(reading)));
    outgoing.end();
  });
}

function reader(outgoing, response) {
  const hasBody = outgoing.method !== 'HEAD';
  const source = hasBody ? decoded(response, response.headers['content-encoding']) : response;
  const client = new Reader({
    status: response.statusCode,
    headers: response.headers,
    source,
    leave: () => outgoing.destroy(),
    reset: () => reset(outgoing.socket),
  });
  source.on('end', () => client.ended(response.complete ? 'clean' : 'cut'));
  response.on('error', () => client.ended('cut'));
  response.on('close', () => response.complete || client.ended('cut'));
  source.on('error', () => client.ended('cut'));
  return client;
}

// Only a plain TCP socket can be reset. A socket that is already shutting down would never close
// after a reset.
function reset(socket) {
  const isTCP = socket.remotePort !== undefined;
  if (!isTCP || socket.encrypted || socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
