import express from 'express';
import fastify from 'fastify';
import { sse } from 'sluice/express';
import sluice, { SE } from 'sluice/fastify';

interface News {
  greeting: { text: string };
}

const app = express();
app.get(
  '/events',
  sse<News>((connection) => {
    connection.send({ event: 'greeting', data: { text: 'hello' } });
    // @ts-expect-error data of another type
    connection.send({ event: 'greeting', data: 1 });
  }),
);

const server = fastify();
server.register(sluice, { pingInterval: 1000 });
server.register(new SE({ autoGenerateId: false }).plugin);
server.get('/events', (_request, reply) => {
  reply.eventStream<News>().send({ event: 'greeting', data: { text: 'hello' } });
});
server.get('/seed', (_request, reply) => {
  reply.sendEvent('hello', 'greeting').endEvent();
});
