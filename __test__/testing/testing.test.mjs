// Tests that `sluice/testing` reads the events of every kind of handler without a port.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Hono } from 'hono';
import Koa from 'koa';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { openStream } = require('../../testing.js');
const { sse } = require('../../express.js');
const { createSSE } = require('../../fetch.js');
const { Channel, Connection } = sluice;

/** Creates a handler of each kind that adds its clients to the channel. */
const KINDS = {
  'a (req, res) handler': (channel) => (req, res) => channel.add(new Connection(req, res)),
  'an http.Server that does not listen': (channel) =>
    http.createServer((req, res) => channel.add(new Connection(req, res))),
  'an Express app': (channel) =>
    require('express')().get(
      '/news',
      sse((connection) => channel.add(connection)),
    ),
  'a Koa app': (channel) =>
    new Koa()
      .use((ctx) => {
        ctx.respond = false;
        channel.add(new Connection(ctx.req, ctx.res));
      })
      .callback(),
  'a Fastify instance': (channel) => {
    const app = require('fastify')();
    app.register(require('../../fastify.js'));
    app.get('/news', (_request, reply) => {
      channel.add(reply.eventStream());
    });
    return app;
  },
  'a Nest application': async (channel) => {
    class Root {}
    Module({})(Root);
    const app = await NestFactory.create(Root, { logger: false });
    app.getHttpAdapter().get('/news', (req, res) => channel.add(new Connection(req, res)));
    return app;
  },
  'a Hono app': (channel) => new Hono().get('/news', (c) => respond(channel, c.req.raw)),
  'a route handler of Next.js': (channel) => ({ fetch: (req) => respond(channel, req) }),
};

function respond(channel, request) {
  const { client, response } = createSSE().addClient({
    lastEventId: request.headers.get('Last-Event-ID'),
  });
  channel.add(client.connection);
  return response;
}

const NEWS = { path: '/news', timeout: 60_000 };
const data = (events) => events.map((event) => event.data);
const plain = (options, onConnection) => (req, res) => {
  onConnection(new Connection(req, res, { ping: false, ...options }));
};

for (const [kind, make] of Object.entries(KINDS)) {
  describe(kind, SOON, () => {
    test('events can be read in order, by number, in a loop and in groups', async () => {
      const channel = new Channel();
      const client = await openStream(await make(channel), NEWS);
      assert.equal(client.status, 200);
      assert.match(client.headers['content-type'], /^text\/event-stream/);
      for (let n = 1; n <= 5; n += 1) channel.send({ event: 'count', data: n });
      assert.equal((await client.event(3)).data, '3');
      assert.deepEqual(data(await client.take(2)), ['1', '2']);
      for await (const event of client) {
        assert.equal(event.event, 'count');
        if (event.data === '5') break;
      }
      assert.deepEqual(data(client.events), ['1', '2', '3', '4', '5']);
      client.leave();
      assert.equal(await client.closed, 'left');
    });

    test('detects that a client has left, and replays its missed events', async () => {
      const channel = new Channel();
      const client = await openStream(await make(channel), NEWS);
      channel.send({ data: 'read' });
      await client.event(1);
      client.leave();
      await until(() => channel.count() === 0, 'the client to leave');
      channel.send({ data: 'missed' });
      const back = await client.comeBack();
      channel.send({ data: 'live' });
      assert.deepEqual(data(await back.take(2)), ['missed', 'live']);
      back.leave();
    });

    test('ends the loops of its clients when it ends the stream', async () => {
      const channel = new Channel();
      const client = await openStream(await make(channel), NEWS);
      channel.send({ data: 'last' });
      for (const connection of channel.connections()) connection.end();
      const received = [];
      for await (const event of client) received.push(event.data);
      assert.deepEqual(received, ['last']);
      assert.equal(await client.closed, 'ended');
    });
  });
}

describe('a client of a connection', SOON, () => {
  test('uses the stream transport, and leaves with the reason `client`', async () => {
    let reasons;
    const handler = plain({}, (connection) => {
      assert.equal(connection.transport, 'stream');
      reasons = tally(connection, 'close');
    });
    const client = await openStream(handler);
    client.leave();
    await until(() => reasons.length === 1, 'the connection to close');
    assert.equal(reasons[0][0], 'client');
  });

  test('is disconnected if it is slow and its queue is full', async () => {
    const channel = new Channel({ historySize: 0 });
    let reasons;
    const handler = plain({ maxQueueBytes: 1000, stallTimeout: 0 }, (connection) => {
      reasons = tally(connection, 'close');
      channel.add(connection);
    });
    const client = await openStream(handler, { timeout: 60_000 });
    client.slow();
    await until(() => {
      channel.send({ data: 'x'.repeat(10_000) });
      return reasons.length > 0;
    }, 'the slow client to be disconnected');
    assert.equal(reasons[0][0], 'overflow');
    client.resume();
    assert.equal(await client.closed, 'cut');
  });

  test('receives all events in order after it was slow for a while', async () => {
    const channel = new Channel({ historySize: 0 });
    const client = await openStream(plain({}, (connection) => channel.add(connection)));
    client.slow();
    for (let n = 0; n < 100; n += 1) channel.send({ data: `${n} ${'x'.repeat(5000)}` });
    client.resume();
    const numbers = data(await client.take(100)).map((text) => parseInt(text, 10));
    assert.deepEqual(numbers, [...Array(100).keys()]);
    client.leave();
  });

  test('can vanish silently, and is detected by the stall timeout', async () => {
    let connection;
    const handler = plain({ maxQueueBytes: 1e8, stallTimeout: 100 }, (opened) => {
      connection = opened;
    });
    const client = await openStream(handler);
    const reasons = tally(connection, 'close');
    client.vanish();
    assert.equal(await client.closed, 'vanished');
    connection.send({ data: 'fits into the buffers' });
    assert.equal(reasons.length, 0);
    connection.send({ data: 'x'.repeat(1e6) });
    await until(() => reasons.length > 0, 'the vanished client to be detected');
    assert.equal(reasons[0][0], 'stall');
  });

  test('reports the received events if it times out waiting for an event', async () => {
    const client = await openStream(
      plain({}, (connection) => connection.send({ data: 'one' })),
      {
        timeout: 500,
      },
    );
    await client.event(1);
    await assert.rejects(client.event(2), {
      code: 'ERR_SSE_EXPECTED',
      message:
        'event 2 did not arrive within 500 ms; 1 have arrived:\n' +
        '  1: {"event":"message","data":"one"}',
    });
    client.leave();
    await assert.rejects(client.event(2), /^SluiceError: event 2 did not .* the stream was left;/);
  });

  test('keeps at most maxEvents events', async () => {
    const handler = plain({}, (connection) => {
      for (let n = 1; n <= 3; n += 1) connection.send({ data: n });
    });
    const client = await openStream(handler, { maxEvents: 2 });
    await assert.rejects(client.event(3), { code: 'ERR_SSE_EXPECTED', message: /maxEvents/ });
    assert.equal(client.events.length, 2);
  });

  test('exposes the status of a response that is not a stream', async () => {
    const client = await openStream((_req, res) => res.writeHead(401).end('who are you?'));
    assert.equal(client.status, 401);
    assert.equal(await client.closed, 'ended');
  });
});

describe('openStream() rejects', SOON, () => {
  for (const [what, handler, code] of [
    ['a value that is not a handler', {}, 'ERR_SSE_TYPE'],
    ['a Fetch handler that is passed as a function', () => new Response('x'), 'ERR_SSE_TYPE'],
    ['a Fetch handler that returns no Response', { fetch: () => 'x' }, 'ERR_SSE_TYPE'],
    ['a handler that never answers', () => {}, 'ERR_SSE_EXPECTED'],
  ]) {
    test(what, () => assert.rejects(openStream(handler, { timeout: 200 }), { code }));
  }

  test('with the error that a handler throws', async () => {
    const failure = new Error('no database');
    const fails = () => {
      throw failure;
    };
    await assert.rejects(openStream(fails), failure);
  });
});
