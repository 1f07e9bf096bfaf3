// A server for the conformance tests: Fastify over HTTPS.
import { certificate } from '../certificate.mjs';
import { connectHTTP1 } from '../clients/http1.mjs';
import { fastifyApp, listenFastify } from '../fastify-app.mjs';

export const title = 'Fastify over HTTPS';
export const transport = 'stream';

export const start = async (handler) =>
  listenFastify(await fastifyApp(handler, { https: certificate() }), connectHTTP1);
