import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import express5 from 'express';
import express4 from 'express4';
import { certificate } from '../../support/certificate.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectRaw } from '../../support/clients/raw.mjs';

export const { sse } = createRequire(import.meta.url)('../../../express.js');

export const versions = { 'Express 4': express4, 'Express 5': express5 };
export const native = process.platform === 'win32' ? 'stream' : 'native';

/**
 * Starts an application that `set` has configured. Errors that reach Express's own handler are
 * not printed.
 */
export async function application(t, express, set, { secure = false } = {}) {
  const app = express();
  app.set('env', 'test');
  set(app);
  const server = secure ? https.createServer(certificate(), app) : http.createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  const origin = `${secure ? 'https' : 'http'}://127.0.0.1:${port}`;
  const clients = [];
  t.after(() => {
    for (const client of clients) client.leave?.() ?? client.socket?.destroy();
    server.close();
    server.closeAllConnections();
  });
  const keep = (client) => {
    clients.push(client);
    return client;
  };
  return {
    app,
    server,
    origin,
    connect: async (path, request) => keep(await connectHTTP1(origin, path, request)),
    raw: async () => keep(await connectRaw({ port, host: '127.0.0.1' })),
  };
}
