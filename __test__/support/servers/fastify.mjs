// A server for the conformance tests: Fastify over HTTP/1.1.
import { connectHTTP1 } from '../clients/http1.mjs';
import { fastifyApp, listenFastify } from '../fastify-app.mjs';

export const title = 'Fastify';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export const start = async (handler) => listenFastify(await fastifyApp(handler), connectHTTP1);
