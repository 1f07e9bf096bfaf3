// Checks which uses of connectBroker the compiler accepts and rejects.
import { type BrokerClient, connectBroker, type SSEClient } from 'sluice/client';

interface Topics {
  news: { headline: { text: string }; message: string };
  [order: `orders.${string}`]: { shipped: { order: number }; headline: number };
}

const broker: BrokerClient<Topics> = connectBroker<Topics>('/_sse', {
  share: 'user 7',
  wildcards: true,
  maxRetries: 0,
  token: async () => 'token',
});
const client: SSEClient = connectBroker(new URL('https://server.test/_sse'));

const unsubscribe: () => void = broker.subscribe('news', ({ event, data, topic, raw }) => {
  const names: 'headline' | 'message' = event;
  const texts: string[] = [topic, raw];
  return [names, texts, data];
});
unsubscribe();
broker.subscribe('news', (event) => {
  if (event.event === 'headline') return event.data.text;
  return event.data.toUpperCase();
});
broker.subscribe('orders.7', (event) => event.event === 'shipped' && event.data.order.toFixed());
// A pattern for one kind of topic, and one for all kinds.
broker.subscribe('orders.*', (event) => event.event === 'headline' && event.data.toFixed());
broker.subscribe('>', (event) => {
  if (event.event === 'shipped') return event.data.order;
  if (event.event === 'message') return event.data.length;
  return typeof event.data === 'number' ? event.data : event.data.text;
});
broker.on('shipped', ({ data, topic }) => [data.order, topic?.length]);
broker.on('headline', ({ data }) => (typeof data === 'number' ? data : data.text));
broker.onMessage(({ data }) => data.length);
broker.onError(({ code, topics }) => code === 'ERR_SSE_SUBSCRIBE' && topics?.join());
broker.onStateChange((state) => state === 'connected' && broker.getState());
broker.reconnect();

// @ts-expect-error no such topic
broker.subscribe('weather', () => {});
// @ts-expect-error no such field
broker.subscribe('news', ({ data }) => data.celsius);
// @ts-expect-error an event of no topic
broker.on('deleted', () => {});
// @ts-expect-error the routes have their own requests
connectBroker('/_sse', { method: 'POST' });
// @ts-expect-error the URL comes first
connectBroker({ url: '/_sse' });

// Without a map, every topic is allowed, and data has any type.
const anything = connectBroker('/_sse');
anything.subscribe('any.*', ({ event, data, topic }) => [event, data.anything, topic.length]);
anything.on('thing', ({ data }) => data.anything);

export { client };
