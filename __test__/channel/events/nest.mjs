// Nest's @Sse() with an Observable of channel.events().
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { Controller, Headers, Module, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { from, map } from 'rxjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { got } from '../server.mjs';
import { data, KINDS, stayAlive, take } from './channels.mjs';

/** Applies the decorators by hand, because plain JavaScript has no decorators. */
async function start(t, channel) {
  class News {
    stream(after) {
      return from(channel.events({ after })).pipe(
        map(({ id, event, data }) => ({ id, type: event, data })),
      );
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(News.prototype, 'stream');
  Controller()(News);
  Headers('last-event-id')(News.prototype, 'stream', 0);
  Sse('news')(News.prototype, 'stream', descriptor);
  class App {}
  Module({ controllers: [News] })(App);
  const app = await NestFactory.create(App, { logger: ['error'] });
  await app.init();
  const running = await listen(app.getHttpServer(), 'http', connectHTTP1);
  t.after(() => running.close());
  return (id) =>
    running.connect('/news', id === undefined ? {} : { headers: { 'Last-Event-ID': id } });
}

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`Nest's @Sse(), ${kind}`, SOON, () => {
    test('a client gets missed events, then live ones, and its loop ends when it leaves', async (t) => {
      const channel = await make(t);
      const open = await start(t, channel);
      const { id } = await channel.publish({ event: 'news', data: { n: 1 } });
      const second = await channel.publish({ event: 'news', data: { n: 2 } });
      const client = await open(id);
      const third = await channel.publish({ event: 'news', data: { n: 3 } });
      assert.deepEqual(await got(client, 2), [
        { id: second.id, data: '{"n":2}' },
        { id: third.id, data: '{"n":3}' },
      ]);
      client.leave();
      // No further event is needed.
      await until(() => channel.count() === 0, 'the loop to end');
    });

    test('the stream ends with the channel', async (t) => {
      const channel = await make(t);
      const open = await start(t, channel);
      const client = await open('unknown');
      await until(() => channel.count() === 1, 'the loop');
      await channel.publish({ data: 'last' });
      channel.close();
      assert.deepEqual(
        (await got(client, 1)).map((event) => event.data),
        ['last'],
      );
      await client.ended();
    });
  });
}

describe('from() of rxjs', SOON, () => {
  test('emits the events, completes with the channel and forwards errors', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const values = [];
    const completed = new Promise((complete, error) => {
      from(channel.events()).subscribe({ next: (value) => values.push(value), complete, error });
    });
    channel.send({ data: 1 });
    channel.send({ data: 2 });
    channel.close();
    await completed;
    assert.deepEqual(data(values), [1, 2]);

    const failing = KINDS.plain(t);
    const error = new Error('no database');
    const failed = new Promise((resolve) => {
      from(failing.events({ snapshot: () => Promise.reject(error) })).subscribe({ error: resolve });
    });
    const warned = once(process, 'warning');
    assert.equal(await failed, error);
    await warned;
  });

  test('leaves the channel when it is unsubscribed', async (t) => {
    stayAlive(t);
    const channel = KINDS.plain(t);
    const events = channel.events();
    const values = [];
    const subscription = from(events).subscribe((value) => values.push(value));
    const other = channel.events();
    channel.send({ data: 1 });
    await take(other, 1);
    await until(() => values.length === 1, 'the event');
    subscription.unsubscribe();
    await until(() => channel.count() === 1, 'the loop to end');
    channel.send({ data: 2 });
    await take(other, 1);
    assert.deepEqual(data(values), [1]);
    assert.equal(events['@@observable']()['@@observable']().subscribe instanceof Function, true);
  });
});
