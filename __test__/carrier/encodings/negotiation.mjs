import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import compression from 'compression';
import express from 'express';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { serve } from './serve.mjs';

const { Connection } = sluice;

/** The choice of a server that prefers zstd. */
const CHOICES = [
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'gzip'],
  ['gzip, zstd;q=0.9', 'gzip'],
  ['zstd;q=0.5, gzip;q=0.5', 'zstd'],
  ['GZIP;Q=0.1', 'gzip'],
  ['x-gzip', 'gzip'],
  ['*', 'zstd'],
  ['zstd;q=0, *;q=0.3', 'gzip'],
  ['br, *;q=0', undefined],
  ['identity', undefined],
  ['identity, gzip;q=0.9', undefined],
  ['identity;q=0.2, gzip;q=0.9', 'gzip'],
  ['identity;q=0', undefined],
  ['gzip;q=0, zstd;q=0.000', undefined],
  ['gzip;q=2', undefined],
  ['gzip;level=9', undefined],
  ['deflate, br', undefined],
  ['', undefined],
  [undefined, undefined],
];

/** The headers of a response. */
const headersOf = (port, accepted) =>
  new Promise((resolve, reject) => {
    const headers = accepted === undefined ? {} : { 'Accept-Encoding': accepted };
    const request = http.get({ port, host: '127.0.0.1', agent: false, headers }, (response) => {
      resolve(response.headers);
      request.destroy();
    });
    request.on('error', reject);
  });

describe('the encoding of a stream', SOON, () => {
  test('is the one of the list that the client prefers', async (t) => {
    const { port } = await serve(t, { compress: ['zstd', 'gzip'] });
    for (const [accepted, encoding] of CHOICES) {
      const headers = await headersOf(port, accepted);
      assert.equal(headers['content-encoding'], encoding, accepted);
      assert.equal(headers.vary, 'Accept-Encoding');
    }
  });

  test('is the first of the list if the client has no preference', async (t) => {
    const { port } = await serve(t, { compress: ['gzip', 'zstd'] });
    assert.equal((await headersOf(port, 'zstd, gzip'))['content-encoding'], 'gzip');
    assert.equal((await headersOf(port, 'zstd, gzip;q=0.5'))['content-encoding'], 'zstd');
  });

  test('is identity without the option, and Vary is not set', async (t) => {
    for (const options of [{}, { compress: [] }, { compress: undefined }]) {
      const { port } = await serve(t, options);
      const headers = await headersOf(port, 'gzip');
      assert.equal(headers['content-encoding'], undefined);
      assert.equal(headers.vary, undefined);
    }
  });

  test('adds Accept-Encoding to an existing Vary', async (t) => {
    const compress = ['gzip'];
    const { port } = await serve(t, { compress, headers: { vary: 'Origin' } });
    assert.equal((await headersOf(port, 'gzip')).vary, 'Origin, Accept-Encoding');
    const server = http.createServer((req, res) => {
      res.setHeader('Vary', ['Cookie', 'accept-encoding']);
      new Connection(req, res, { compress });
    });
    const running = await listen(server, 'http', connectHTTP1);
    t.after(() => running.close());
    const { vary } = await headersOf(server.address().port, 'gzip');
    assert.equal(vary, 'Cookie, accept-encoding');
  });

  test('is unchanged if the response already has one', async (t) => {
    const headers = { 'content-encoding': 'none' };
    const { open } = await serve(t, { compress: ['gzip'], headers });
    const { client, connection } = await open('gzip');
    assert.equal(client.headers['content-encoding'], 'none');
    connection.send({ data: 'plain' });
    await client.has('data: plain\n\n');
  });

  test('is applied once if compression middleware is present', async (t) => {
    const app = express().use(compression());
    const opened = [];
    app.get('/', (req, res) => {
      const headers = { 'Cache-Control': 'no-store' };
      opened.push(new Connection(req, res, { compress: ['gzip'], headers }));
    });
    const running = await listen(http.createServer(app), 'http', connectHTTP1);
    t.after(() => running.close());
    const client = await running.connect('/', { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(client.headers['content-encoding'], 'gzip');
    opened[0].send({ data: 'once' }).end();
    assert.equal(await client.over(), 'clean');
    assert.equal(client.text, 'data: once\n\n');
  });

  test('must be supported by the core', () => {
    const refuses = (compress, message) =>
      assert.throws(() => new Connection({ headers: {} }, response(), { compress }), {
        code: 'ERR_SSE_OPTION',
        message,
      });
    const listed = /must be one of 'zstd', 'gzip', but it is 'br'/;
    refuses('gzip', "`compress` must be an array, such as ['zstd', 'gzip'], but it is a string");
    refuses(true, /must be an array/);
    refuses(['gzip', 'br'], listed);
    refuses([undefined], /`compress\[0\]` must be 'zstd' or 'gzip', but it is undefined/);
  });
});

/** A response that is sufficient for the checks of options. */
const response = () => new http.ServerResponse(new http.IncomingMessage(null));
