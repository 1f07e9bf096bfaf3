const fastify = require('fastify');
const { run } = require('../control.js');

const streams = new Set();

async function start() {
  const app = fastify();
  await app.register(require('@fastify/sse'));
  app.get('/events', { sse: 'only' }, async (_request, reply) => {
    reply.sse.keepAlive();
    reply.sse.onClose(() => streams.delete(reply.sse));
    await reply.sse.send({ data: 'connected' });
    streams.add(reply.sse);
  });
  await app.ready();
  await run({
    server: app.server,
    count: () => streams.size,
    broadcast: (event) => Promise.all(Array.from(streams, (stream) => stream.send(event))),
  });
}

start();
