import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SOON, serve } from './app.mjs';

// An Accept header, then the result from a route that only streams, and from a route that also
// has another representation.
const answers = [
  [undefined, 'stream', 'else'],
  ['', 'stream', 'else'],
  ['text/event-stream', 'stream', 'stream'],
  ['TEXT/Event-Stream ; charset=utf-8', 'stream', 'stream'],
  ['*/*', 'stream', 'else'],
  ['text/*', 'stream', 'else'],
  ['text/event-stream, */*', 'stream', 'stream'],
  ['*/*, text/event-stream;q=0.9', 'stream', 'else'],
  ['text/event-stream;q=0', 'refused', 'else'],
  ['text/event-stream; q=0.000', 'refused', 'else'],
  ['*/*, text/event-stream;q=0', 'refused', 'else'],
  ['text/*;q=0, */*', 'refused', 'else'],
  ['text/*;q=0, text/event-stream', 'stream', 'stream'],
  ['application/json', 'refused', 'else'],
  ['text/plain', 'refused', 'else'],
  ['application/json, */*;q=0', 'refused', 'else'],
  ['application/json, text/event-stream', 'stream', 'stream'],
  ['application/json, text/event-stream;q=0.5', 'stream', 'else'],
  ['application/json;q=0.5, text/event-stream', 'stream', 'stream'],
  ['application/json, text/plain, */*', 'stream', 'else'],
  ['text/html,application/xml;q=0.9,*/*;q=0.8', 'stream', 'else'],
  ['application/json;q=0.3, */*;q=0.8', 'stream', 'else'],
  ['a/b;c="x,text/event-stream", text/plain', 'refused', 'else'],
  ['text/event-stream;v="a;q=0"', 'stream', 'stream'],
];

test(
  '`only` streams to clients that accept streams, `dual` to clients that ask for them',
  SOON,
  async (t) => {
    const { connect } = await serve(t, (fastify) => {
      fastify.get('/only', (_request, reply) => void reply.eventStream({ accept: 'only' }).end());
      fastify.get('/dual', async (_request, reply) => {
        const connection = reply.eventStream({ accept: 'dual' });
        if (!connection) return { instead: true };
        connection.end();
      });
    });
    const kind = ({ status, headers }) => {
      if (status === 406) return 'refused';
      return headers['content-type'].startsWith('text/event-stream') ? 'stream' : 'else';
    };
    for (const [accept, only, dual] of answers) {
      const headers = accept === undefined ? {} : { accept };
      const one = await connect('/only', { headers });
      const other = await connect('/dual', { headers });
      assert.deepEqual([kind(one), kind(other)], [only, dual], `Accept: ${accept}`);
      assert.equal(one.headers.vary, 'Accept');
      assert.equal(other.headers.vary, 'Accept');
    }
  },
);

test('without the option Accept is ignored', SOON, async (t) => {
  const { connect } = await serve(t, (fastify) => {
    fastify.get('/', (_request, reply) => void reply.eventStream().end());
  });
  const client = await connect('/', { headers: { accept: 'application/json' } });
  assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(client.headers.vary, undefined);
});

test('a client that does not accept streams gets 406 from the error handler', SOON, async (t) => {
  const seen = [];
  const { connect } = await serve(t, (fastify) => {
    fastify.setErrorHandler((error, _request, reply) => {
      seen.push(error.code);
      reply.code(error.statusCode).send({ code: error.code });
    });
    fastify.get('/', (_request, reply) => reply.eventStream({ accept: 'only' }));
  });
  const client = await connect('/', { headers: { accept: 'image/png' } });
  await client.over();
  assert.equal(client.status, 406);
  assert.deepEqual(JSON.parse(client.text), { code: 'ERR_SSE_NOT_ACCEPTABLE' });
  assert.deepEqual(seen, ['ERR_SSE_NOT_ACCEPTABLE']);
});

test('Vary keeps its previous value', SOON, async (t) => {
  const { connect } = await serve(t, (fastify) => {
    fastify.get('/:vary', (request, reply) => {
      reply.header('Vary', decodeURIComponent(request.params.vary));
      reply.eventStream({ accept: 'only' }).end();
    });
  });
  for (const [before, after] of [
    ['Origin', 'Origin, Accept'],
    ['Origin, accept', 'Origin, accept'],
    ['*', '*'],
  ]) {
    const { headers } = await connect(`/${encodeURIComponent(before)}`);
    assert.equal(headers.vary, after);
  }
});
