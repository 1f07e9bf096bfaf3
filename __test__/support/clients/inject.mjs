import { Reader } from './reader.mjs';

/** Asks a Fastify application without a socket; resolves when the response head is there. */
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
