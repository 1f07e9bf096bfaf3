import express from 'express';
import fastify from 'fastify';
import { createSSE, SSEBroker, setupSSE } from 'sluice';
import { connectSSE } from 'sluice/client';
import { push } from 'sluice/digipair';
import { sse } from 'sluice/express';
import sluice, { SE } from 'sluice/fastify';
import type { createSSE as create, SSEClient } from 'sluice/fetch';

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

const broker = new SSEBroker<{ news: News }>();
setupSSE<express.Request>(app, broker, '/_sse', {
  authorizeSubscribe: (req, clientId, topic) => req.query.topic === topic && clientId !== '',
});
broker.broadcastToTopic('news', { event: 'greeting', data: { text: 'hello' } });

const server = fastify();
setupSSE(server, broker, '/_sse');
server.register(sluice, { pingInterval: 1000 });
server.register(new SE({ autoGenerateId: false }).plugin);
server.get('/events', (_request, reply) => {
  reply.eventStream<News>().send({ event: 'greeting', data: { text: 'hello' } });
});
server.get('/seed', (_request, reply) => {
  reply.sendEvent('hello', 'greeting').endEvent();
});

const service: ReturnType<typeof create<News>> = createSSE<News>();
const { client, response } = service.addClient();
const added: [SSEClient<News>, Response] = [client, response];
service.sendTo(client.id, 'greeting', { text: 'hello' });

connectSSE<News>('news', { url: '/events' }).on('greeting', ({ data }) => data.text.length);

push({ id: 'ada', message: { text: 'hello' } }, [], { request: {} });

export { added };
