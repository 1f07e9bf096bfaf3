// Uses the API of the plugin once and checks its types, as an ES module.
import Fastify, { type FastifyReply } from 'fastify';
import { Channel, type Connection } from 'sluice';
import sluice, { type EventStreamOptions, type FastifyErrorCode } from 'sluice/fastify';

interface Events {
  price: { symbol: string; cents: number };
  news: string;
}

const fastify = Fastify();
await fastify.register(sluice);
fastify.register(sluice, { ping: false, headers: { 'X-A': 'b' }, retry: 5 });
// @ts-expect-error an option of another type
fastify.register(sluice, { ping: 'no' });

const prices = new Channel<Events>();

fastify.get('/prices', (_request, reply) => {
  const connection: Connection<Events> = reply.eventStream<Events>({ timeout: 1000 });
  connection.send({ event: 'price', data: { symbol: 'ACME', cents: 120 } });
  // @ts-expect-error no such event
  connection.send({ event: 'weather', data: 'rain' });
  prices.add(connection);
});

fastify.get<{ Params: { id: string } }>('/:id', async (request, reply) => {
  reply.eventStream().send({ event: 'anything', data: request.params.id });
  const only: Connection = reply.eventStream({ accept: 'only' });
  const dual = reply.eventStream<Events>({ accept: 'dual' });
  // @ts-expect-error it may be undefined
  dual.send({ event: 'news', data: 'rain' });
  dual?.send({ event: 'news', data: 'rain' });
  // @ts-expect-error no such choice
  reply.eventStream({ accept: 'all' });
  return only.id;
});

export function open(reply: FastifyReply, options: EventStreamOptions): string | undefined {
  return reply.eventStream(options)?.id;
}

export const code: FastifyErrorCode = 'ERR_SSE_NOT_ACCEPTABLE';
