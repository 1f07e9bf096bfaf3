// A server for the conformance tests: Koa 3.
import http from 'node:http';
import Koa from 'koa';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'Koa 3';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export function start(handler) {
  const app = new Koa();
  app.use((ctx) => {
    ctx.respond = false;
    handler(ctx.req, ctx.res);
  });
  return listen(http.createServer(app.callback()), 'http', connectHTTP1);
}
