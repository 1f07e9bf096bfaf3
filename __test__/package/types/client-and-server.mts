// Uses one event map for the client and the server.
import type { Channel, SSEBroker } from 'sluice';
import type { BrokerClient, SSEClient } from 'sluice/client';

interface Events {
  price: { symbol: string; cents: number };
  message: string;
}

interface Topics {
  prices: Events;
  [room: `rooms.${string}`]: { message: { text: string } };
}

declare const server: SSEBroker<Topics>;
declare const broker: BrokerClient<Topics>;
declare const channel: Channel<Events>;
declare const client: SSEClient<Events>;

channel.send({ event: 'price', data: { symbol: 'ACME', cents: 120 } });
channel.send({ data: 'hello' });
client.on('price', ({ data }) => channel.send({ event: 'price', data }));
client.onMessage(({ data }) => channel.send({ data }));
client.on('*', ({ event, data }) => (event === 'price' ? data.cents : data.length));
broker.subscribe('rooms.1', ({ event, data }) => {
  server.broadcastToTopic('rooms.2', { event, data });
});
broker.subscribe('prices', ({ event, data }) => {
  if (event === 'price') server.broadcastToTopic('prices', { event, data });
});
