// A client for injected requests, which have no socket.
import { Reader } from './reader.mjs';

/** Injects a request into a Fastify application. Resolves when the response head arrives. */
export async function connectInject(app, path, { headers, method = 'GET', reading = true } = {}) {
  const left = new AbortController();
  const { signal } = left;
  const response = await app.inject({ method, url: path, headers, payloadAsStream: true, signal });
  const source = response.stream();
  const client = new Reader({
    status: response.statusCode,
    headers: response.headers,
    source,
    leave: () => left.abort(),
    reset: () => left.abort(),
  });
  source.on('end', () => client.ended('clean'));
  source.on('error', () => client.ended('cut'));
  source.on('close', () => client.ended('cut'));
  return client.start(reading);
}
