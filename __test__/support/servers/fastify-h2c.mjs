// A server for the conformance tests: Fastify over HTTP/2 without TLS.
import { connectHTTP2 } from '../clients/http2.mjs';
import { fastifyApp, listenFastify } from '../fastify-app.mjs';

export const title = 'Fastify over HTTP/2 without TLS';
export const transport = 'stream';
export const version = 2;

export const skips = {
  'destroying the socket ends the connection at once':
    'a socket of HTTP/2 carries other streams too',
};

export const start = async (handler) =>
  listenFastify(await fastifyApp(handler, { http2: true }), connectHTTP2);
