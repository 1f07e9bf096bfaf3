import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import compression from 'compression';
import { SOON } from '../../support/soon.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { application, sse, versions } from './app.mjs';

const secret = new Error('secret');

/** Handlers that fail after an event. */
const failing = {
  throws: (connection) => {
    connection.send({ data: 'sent before' });
    throw secret;
  },
  rejects: async (connection) => {
    connection.send({ data: 'sent before' });
    await sleep(5);
    throw secret;
  },
  'streams a source that fails': async (connection) => {
    async function* source() {
      yield 'sent before';
      throw secret;
    }
    await connection.stream(source());
  },
};

const settings = {
  'plain HTTP': [() => {}, {}],
  HTTPS: [() => {}, { secure: true }],
  compression: [(app) => app.use(compression()), {}],
};

for (const [version, express] of Object.entries(versions)) {
  describe(version, () => {
    for (const [how, handler] of Object.entries(failing)) {
      for (const [where, [use, options]] of Object.entries(settings)) {
        test(
          `a handler that ${how}, on ${where}: the stream ends, and next() gets the error`,
          SOON,
          async (t) => {
            const errors = [];
            const set = (app) => {
              use(app);
              // The middleware compresses only without no-transform.
              app.get('/', sse(handler, { headers: { 'Cache-Control': 'no-store' } }));
              app.use((error, _req, res, next) => {
                errors.push([error, res.headersSent]);
                // Express's own handler destroys the socket.
                next(error);
              });
            };
            const { connect } = await application(t, express, set, options);
            const headers = where === 'compression' ? { 'Accept-Encoding': 'gzip' } : {};
            const client = await connect('/', { headers });
            assert.equal(await client.over(), 'clean');
            assert.equal(client.text, 'data: sent before\n\n');
            await until(() => errors.length, 'the error handler');
            await sleep(10);
            assert.deepEqual(errors, [[secret, true]]);
          },
        );
      }
    }

    test('queued events are delivered before the stream ends with an error', SOON, async (t) => {
      const errors = [];
      const data = 'x'.repeat(8 * 2 ** 20);
      const { connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse((connection) => {
            connection.send({ data });
            throw secret;
          }),
        );
        app.use((error, _req, _res, next) => {
          errors.push(error);
          next(error);
        });
      });
      const client = await connect('/', { reading: false });
      await sleep(50);
      assert.deepEqual(errors, []);
      client.resume();
      assert.equal(await client.over(), 'clean');
      assert.ok(client.text === `data: ${data}\n\n`);
      await until(() => errors.length, 'the error handler');
    });

    test('an error handler cannot change the response of an open stream', SOON, async (t) => {
      let answers = 0;
      const { connect } = await application(t, express, (app) => {
        app.get('/', sse(failing.throws));
        app.use((error, _req, res, _next) => {
          answers += 1;
          res.status(500).end(`data: ${error.message}\n\n`);
        });
      });
      const client = await connect('/');
      assert.equal(await client.over(), 'clean');
      await until(() => answers, 'the error handler');
      assert.equal(client.text, 'data: sent before\n\n');
    });

    test('a rejection without a value is an error', SOON, async (t) => {
      const errors = [];
      const { connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse(() => Promise.reject()),
        );
        app.use((error, _req, _res, _next) => errors.push(error.message));
      });
      assert.equal(await (await connect('/')).over(), 'clean');
      await until(() => errors.length, 'the error handler');
      assert.match(errors[0], /undefined/);
    });

    test('an error after the client has left reaches the error handler', SOON, async (t) => {
      const errors = [];
      const { connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse(async (connection) => {
            const closes = tally(connection, 'close');
            await until(() => closes.length, 'close');
            throw secret;
          }),
        );
        app.use((error, _req, _res, _next) => errors.push(error));
      });
      (await connect('/')).leave();
      await until(() => errors.length, 'the error handler');
      assert.deepEqual(errors, [secret]);
    });

    test('options are checked when the route is created', () => {
      const misuse = () => sse(() => {}, { pingInterval: 'soon' });
      assert.throws(misuse, { code: 'ERR_SSE_OPTION', message: /pingInterval/ });
    });

    test('Express answers if a stream cannot open', SOON, async (t) => {
      const { connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse(() => assert.fail('not opened'), { headers: { 'no name': 'x' } }),
        );
      });
      const client = await connect('/');
      assert.equal(client.status, 500);
      assert.match(client.headers['content-type'], /^text\/html/);
      await client.over();
    });
  });
}

test('a client that does not read delays the error only for a while', SOON, async (t) => {
  const errors = [];
  const { connect } = await application(t, versions['Express 5'], (app) => {
    app.get(
      '/',
      sse(
        (connection) => {
          connection.send({ data: 'x'.repeat(16 * 2 ** 20) });
          throw secret;
        },
        { stallTimeout: 0 },
      ),
    );
    app.use((error, _req, _res, next) => {
      errors.push(error);
      next(error);
    });
  });
  const client = await connect('/', { reading: false });
  await until(() => errors.length, 'the error handler');
  client.resume();
  assert.equal(await client.over(), 'cut');
  assert.deepEqual(errors, [secret]);
});
