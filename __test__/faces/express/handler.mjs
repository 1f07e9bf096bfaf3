import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { sse as imported } from '../../../express.js';
import { SOON } from '../../support/soon.mjs';
import { tally } from '../../support/tally.mjs';
import { until } from '../../support/until.mjs';
import { application, native, sse, versions } from './app.mjs';

test('require and import export the same function', () => {
  const required = createRequire(import.meta.url)('../../../express.js');
  assert.deepEqual(Object.keys(required), ['sse']);
  assert.equal(imported, required.sse);
});

test('rejects invalid handlers and options immediately', () => {
  for (const bad of [undefined, null, {}, 'handler']) {
    assert.throws(() => sse(bad), { name: 'TypeError', code: 'ERR_SSE_TYPE' });
  }
  for (const bad of [null, 7, 'options', []]) {
    assert.throws(() => sse(() => {}, bad), { code: 'ERR_SSE_OPTION' });
  }
});

for (const [version, express] of Object.entries(versions)) {
  describe(version, () => {
    test(
      'a handler gets the connection, which stays open when the handler returns',
      SOON,
      async (t) => {
        const seen = [];
        const { connect } = await application(t, express, (app) => {
          app.get(
            '/rooms/:room',
            sse(
              async (connection, req, res) => {
                assert.equal(connection.request, req);
                assert.equal(connection.response, res);
                connection.send({ data: req.params.room });
                seen.push(connection);
              },
              { retry: 5, headers: { 'X-Who': 'sluice' }, statusCode: 201 },
            ),
          );
        });
        const client = await connect('/rooms/red');
        await client.has('retry: 5\n\ndata: red\n\n');
        assert.equal(client.status, 201);
        assert.equal(client.headers['x-who'], 'sluice');
        assert.equal(seen[0].transport, native);
        seen[0].send({ data: 'later' });
        await client.has('data: later\n\n');
        await seen[0].end();
        assert.equal(await client.over(), 'clean');
      },
    );

    test('the request and the response are not decorated', SOON, async (t) => {
      const names = (object) => Object.getOwnPropertyNames(Object.getPrototypeOf(object));
      const { app, connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse((connection) => connection.end()),
        );
      });
      const plain = express();
      assert.deepEqual(names(app.request), names(plain.request));
      assert.deepEqual(names(app.response), names(plain.response));
      assert.equal(await (await connect('/')).over(), 'clean');
    });

    test('the head is the same as without Express', SOON, async (t) => {
      const { connect } = await application(t, express, (app) =>
        app.get(
          '/',
          sse(() => {}),
        ),
      );
      const { headers } = await connect('/');
      assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
      assert.equal(headers['content-length'], undefined);
      assert.equal(headers.etag, undefined);
    });

    test('a source is streamed', SOON, async (t) => {
      const { connect } = await application(t, express, (app) => {
        async function* tokens() {
          yield 'Hel';
          yield 'lo';
        }
        app.get(
          '/',
          sse((connection) => connection.stream(tokens(), { event: 'token', end: true })),
        );
      });
      const client = await connect('/');
      assert.equal(await client.over(), 'clean');
      assert.equal(client.text, 'event: token\ndata: Hel\n\nevent: token\ndata: lo\n\n');
    });

    test(
      'the handler is not called if the client has already left, and nothing is thrown',
      SOON,
      async (t) => {
        const called = [];
        const { raw } = await application(t, express, (app) => {
          app.use((_req, res, next) => {
            res.on('close', () => {
              called.push('gone');
              next();
            });
          });
          app.get(
            '/',
            sse(() => called.push('handler')),
          );
          app.use((_error, _req, _res, _next) => called.push('error'));
        });
        const client = (await raw()).get('/');
        setTimeout(() => client.socket.destroy(), 20);
        await until(() => called.length, 'the client to leave');
        await new Promise((resolve) => setTimeout(resolve, 20));
        assert.deepEqual(called, ['gone']);
      },
    );

    test('a connection closes with its client', SOON, async (t) => {
      let reasons;
      const { connect } = await application(t, express, (app) => {
        app.get(
          '/',
          sse((connection) => {
            reasons = tally(connection, 'close');
          }),
        );
      });
      (await connect('/')).leave();
      await until(() => reasons.length, 'close');
      assert.deepEqual(reasons, [['client']]);
    });
  });
}
