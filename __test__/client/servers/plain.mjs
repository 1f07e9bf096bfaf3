import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import zlib from 'node:zlib';
import { until } from '../../support/until.mjs';
import { connected, serve } from './serve.mjs';

const SOON = { timeout: 240_000 };
const HEAD = { 'Content-Type': 'text/event-stream' };

describe('the client with a plain node:http server', () => {
  test('bytes that arrive one by one, with every kind of line end', SOON, async (t) => {
    const text = '\uFEFF: hi\r\rid: é1\revent: e\r\ndata: grün ☀\ndata: 😀\r\n\r\ndata: end\n\n';
    const { origin } = await serve(t, async (_, res) => {
      res.writeHead(200, HEAD);
      res.socket.setNoDelay(true);
      for (const byte of Buffer.from(text)) {
        res.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    });
    const { events } = await connected(t, { url: origin });
    await until(() => events.length === 2, 'two events');
    assert.deepEqual(
      events.map(({ event, data, id, lastEventId }) => [event, data, id, lastEventId]),
      [
        ['e', 'grün ☀\n😀', 'é1', 'é1'],
        ['message', 'end', undefined, 'é1'],
      ],
    );
  });

  test('an HTTP/1.0 response, which ends with its connection', SOON, async (t) => {
    let requests = 0;
    const { origin } = await serve(t, (req, res) => {
      requests += 1;
      req.socket.write(`HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n`);
      req.socket.write(`retry: 1\nid: ${requests}\ndata: ${requests}\n\n`);
      if (requests < 3) req.socket.end();
      else res.on('close', () => {});
    });
    const { data } = await connected(t, { url: origin });
    await until(() => data().length === 3, 'three events');
    assert.deepEqual(data(), [1, 2, 3]);
  });

  for (const encoding of ['gzip', 'deflate']) {
    test(`${encoding}, flushed after each event`, SOON, async (t) => {
      const encoders = { gzip: zlib.createGzip, deflate: zlib.createDeflate };
      const send = [];
      const { origin } = await serve(t, (req, res) => {
        assert.match(req.headers['accept-encoding'], new RegExp(encoding));
        res.writeHead(200, { ...HEAD, 'Content-Encoding': encoding });
        const encoder = encoders[encoding]();
        encoder.pipe(res);
        send.push((text) => {
          encoder.write(text);
          encoder.flush();
        });
        send[0](': hi\n\n');
      });
      const { data } = await connected(t, { url: origin });
      for (const n of [1, 2, 3]) {
        send[0](`data: ${n}\n\n`);
        await until(() => data().length === n, 'the event before the next one is sent');
      }
    });
  }

  test('a connection that is reset within an event', SOON, async (t) => {
    const cursors = [];
    const { origin } = await serve(t, (req, res) => {
      cursors.push(req.headers['last-event-id']);
      res.writeHead(200, HEAD);
      const n = cursors.length;
      res.write(`id: ${n}\ndata: ${n}\n\nid: ${n + 1}\ndata: ha`, () => {
        if (n < 4) setImmediate(() => req.socket.resetAndDestroy());
      });
    });
    const { data, codes } = await connected(t, { url: origin });
    await until(() => data().length === 4, 'four events');
    assert.deepEqual(data(), [1, 2, 3, 4]);
    assert.deepEqual(cursors, [undefined, '1', '2', '3']);
    assert.deepEqual(codes(), Array(3).fill('ERR_SSE_NETWORK'));
  });

  test('503 with Retry-After, then a stream', SOON, async (t) => {
    const times = [];
    const { origin } = await serve(t, (_, res) => {
      times.push(performance.now());
      if (times.length === 1) res.writeHead(503, { 'Retry-After': '1' }).end('busy');
      else res.writeHead(200, HEAD).write('data: now\n\n');
    });
    const { data, codes } = await connected(t, { url: origin, maxReconnectDelay: 5000 });
    await until(() => data().length, 'an event');
    assert.ok(times[1] - times[0] >= 990, `reconnected after ${times[1] - times[0]} ms`);
    assert.deepEqual(codes(), ['ERR_SSE_STATUS']);
  });

  test('a slow loop applies back-pressure to the server', SOON, async (t) => {
    let sent = 0;
    const { origin } = await serve(t, (_, res) => {
      res.writeHead(200, HEAD);
      const event = `data: ${'x'.repeat(10_000)}\n\n`;
      const fill = () => {
        while (sent < 10_000) {
          sent += 1;
          if (!res.write(event)) return;
        }
      };
      res.on('drain', fill);
      fill();
    });
    const { client } = await connected(t, { url: origin });
    const loop = client[Symbol.asyncIterator]();
    await loop.next();
    let before;
    await until(async () => {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return sent === before;
    }, 'the server to stop writing');
    assert.ok(sent < 5000, `${sent} events of 10 kB were written`);
    await loop.return();
    await until(() => sent === 10_000, 'the rest to be read');
  });
});
