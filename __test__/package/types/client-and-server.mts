// Uses one event map for the client and the server.
import type { Channel } from 'sluice';
import type { SSEClient } from 'sluice/client';

interface Events {
  price: { symbol: string; cents: number };
  message: string;
}

declare const channel: Channel<Events>;
declare const client: SSEClient<Events>;

channel.send({ event: 'price', data: { symbol: 'ACME', cents: 120 } });
channel.send({ data: 'hello' });
client.on('price', ({ data }) => channel.send({ event: 'price', data }));
client.onMessage(({ data }) => channel.send({ data }));
client.on('*', ({ event, data }) => (event === 'price' ? data.cents : data.length));
