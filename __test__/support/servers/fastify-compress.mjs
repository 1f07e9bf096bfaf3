// A server for the conformance tests: Fastify with @fastify/compress.
import compress from '@fastify/compress';
import { connectHTTP1 } from '../clients/http1.mjs';
import { fastifyApp, listenFastify } from '../fastify-app.mjs';

export const title = 'Fastify with @fastify/compress for every route';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

const connect = (origin, path, request = {}) =>
  connectHTTP1(origin, path, {
    ...request,
    headers: { 'Accept-Encoding': 'gzip', ...request.headers },
  });

export async function start(handler) {
  const register = (app) => app.register(compress, { global: true });
  return listenFastify(await fastifyApp(handler, { register }), connect);
}
