import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import compression from 'compression';
import cors from 'cors';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { application, native, sse, versions } from './app.mjs';

/** An application with one route. `opened` collects its connections. */
async function streaming(t, express, use, options) {
  const opened = [];
  const site = await application(t, express, (app) => {
    use(app);
    app.get(
      '/',
      sse((connection, req) => {
        opened.push({ connection, req });
        connection.send({ data: 'hello' });
      }, options),
    );
  });
  return { ...site, opened };
}

const transformable = { headers: { 'Cache-Control': 'no-store' } };

for (const [version, express] of Object.entries(versions)) {
  describe(version, () => {
    test(
      'compression: events arrive immediately, compressed if the client accepts it',
      SOON,
      async (t) => {
        const use = (app) => app.use(compression());
        const { connect, opened } = await streaming(t, express, use, transformable);
        const client = await connect('/', { headers: { 'Accept-Encoding': 'gzip' } });
        await client.has('data: hello\n\n');
        assert.equal(client.headers['content-encoding'], 'gzip');
        assert.match(client.headers.vary, /Accept-Encoding/);
        assert.equal(opened[0].connection.transport, 'stream');
        await opened[0].connection.end();
        assert.equal(await client.over(), 'clean');
      },
    );

    test(
      'compression: the response passes through it even if nothing is compressed',
      SOON,
      async (t) => {
        const use = (app) => app.use(compression());
        // sluice sends no-transform by default.
        const { connect, opened } = await streaming(t, express, use);
        for (const headers of [{}, { 'Accept-Encoding': 'gzip' }]) {
          const client = await connect('/', { headers });
          await client.has('data: hello\n\n');
          assert.equal(client.headers['content-encoding'], undefined);
        }
        for (const { connection } of opened) assert.equal(connection.transport, 'stream');
      },
    );

    test('compression on another path keeps the stream native', SOON, async (t) => {
      const use = (app) => app.use('/files', compression());
      const { connect, opened } = await streaming(t, express, use);
      await (await connect('/')).has('data: hello\n\n');
      assert.equal(opened[0].connection.transport, native);
    });

    test('helmet and cors: their headers are sent', SOON, async (t) => {
      const { connect, opened } = await streaming(t, express, (app) => {
        app.use(helmet());
        app.use(cors({ origin: 'https://app.example', credentials: true }));
      });
      const client = await connect('/', { headers: { Origin: 'https://app.example' } });
      await client.has('data: hello\n\n');
      assert.equal(client.headers['access-control-allow-origin'], 'https://app.example');
      assert.equal(client.headers['access-control-allow-credentials'], 'true');
      assert.match(client.headers['content-security-policy'], /default-src/);
      assert.equal(client.headers['x-content-type-options'], 'nosniff');
      assert.equal(client.headers['x-powered-by'], undefined);
      assert.equal(opened[0].connection.transport, native);
    });

    const endings = {
      'the server ends': async ({ opened }) => {
        await opened[0].connection.end();
      },
      'the client leaves': async ({ client }) => client.leave(),
      'other code ends the response': async ({ opened }) => {
        opened[0].connection.response.end();
      },
    };
    for (const [ending, end] of Object.entries(endings)) {
      test(`morgan: one line, at the end of the stream, when ${ending}`, SOON, async (t) => {
        const lines = [];
        const stream = { write: (line) => lines.push(line.trim()) };
        const use = (app) => app.use(morgan(':method :url :status :total-time', { stream }));
        const { connect, opened } = await streaming(t, express, use);
        const client = await connect('/');
        await client.has('data: hello\n\n');
        await sleep(30);
        assert.deepEqual(lines, []);
        await end({ client, opened });
        await until(() => lines.length, 'the line');
        await sleep(20);
        assert.equal(lines.length, 1);
        const [method, url, status, time] = lines[0].split(' ');
        assert.deepEqual([method, url], ['GET', '/']);
        // Morgan logs a total time only for a response that finished.
        if (ending !== 'the client leaves') {
          assert.equal(status, '200');
          assert.ok(Number(time) >= 30, `${time} ms`);
        }
      });
    }

    test(
      'express-session: the cookie is set, and the session is saved at the end',
      SOON,
      async (t) => {
        const store = new session.MemoryStore();
        const saved = [];
        const { set } = store;
        store.set = (id, data, done) => {
          saved.push(data);
          // Like a store on another machine.
          setTimeout(() => set.call(store, id, data, done), 10);
        };
        const { connect, opened } = await streaming(t, express, (app) => {
          app.use(session({ secret: 'cat', resave: false, saveUninitialized: false, store }));
          app.use((req, _res, next) => {
            req.session.visits = (req.session.visits ?? 0) + 1;
            next();
          });
        });
        const client = await connect('/');
        await client.has('data: hello\n\n');
        assert.match(client.headers['set-cookie'][0], /^connect\.sid=/);
        assert.deepEqual(saved, []);
        opened[0].req.session.during = 'the stream';
        await opened[0].connection.end();
        assert.equal(await client.over(), 'clean');
        await until(() => saved.length, 'the session to be saved');
        await sleep(20);
        assert.equal(saved.length, 1);
        assert.deepEqual([saved[0].visits, saved[0].during], [1, 'the stream']);

        const [cookie] = client.headers['set-cookie'][0].split(';');
        const again = await connect('/', { headers: { Cookie: cookie } });
        await again.has('data: hello\n\n');
        assert.equal(opened[1].req.session.visits, 2);
        assert.equal(opened[1].connection.transport, native);
      },
    );

    test('all of this middleware works together', SOON, async (t) => {
      const lines = [];
      const stream = { write: (line) => lines.push(line.trim()) };
      const { connect, opened } = await streaming(
        t,
        express,
        (app) => {
          app.use(morgan(':status :res[content-encoding]', { stream }));
          app.use(helmet(), cors(), compression());
          app.use(session({ secret: 'cat', resave: false, saveUninitialized: true }));
        },
        transformable,
      );
      const client = await connect('/', { headers: { 'Accept-Encoding': 'gzip' } });
      await client.has('data: hello\n\n');
      assert.equal(client.headers['access-control-allow-origin'], '*');
      assert.match(client.headers['strict-transport-security'], /max-age/);
      assert.match(client.headers['set-cookie'][0], /^connect\.sid=/);
      opened[0].connection.send({ data: 'again' });
      await client.has('data: again\n\n');
      await opened[0].connection.end();
      assert.equal(await client.over(), 'clean');
      await until(() => lines.length, 'the line');
      assert.deepEqual(lines, ['200 gzip']);
    });
  });
}
