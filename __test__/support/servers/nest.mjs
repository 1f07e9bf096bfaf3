// A server for the conformance tests: NestJS on Express.
import 'reflect-metadata';
import { All, Controller, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { connectHTTP1 } from '../clients/http1.mjs';
import { listen } from '../listen.mjs';

export const title = 'NestJS 12';
export const transport = process.platform === 'win32' ? 'stream' : 'native';

export async function start(handler) {
  class Events {
    open(req, res) {
      handler(req, res);
    }
  }
  // Applies the decorators by hand, because plain JavaScript has no decorators.
  Controller()(Events);
  Req()(Events.prototype, 'open', 0);
  Res()(Events.prototype, 'open', 1);
  All('*path')(Events.prototype, 'open', Object.getOwnPropertyDescriptor(Events.prototype, 'open'));

  class App {}
  Module({ controllers: [Events] })(App);
  const app = await NestFactory.create(App, { logger: ['error'] });
  await app.init();
  return listen(app.getHttpServer(), 'http', connectHTTP1);
}
