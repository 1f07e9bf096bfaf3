// Checks which uses of the client the compiler accepts and rejects.
import {
  type AnySSEEvent,
  connectSSE,
  createSSEClient,
  getSSEManager,
  SSEClient,
  SSEError,
  type SSEState,
} from 'sluice/client';

interface Events {
  price: { symbol: string; cents: number };
  news: string;
  message: number;
}

const client = new SSEClient<Events>({ url: '/events' });

client.on('price', ({ data, event, raw, id, lastEventId }) => {
  const cents: number = data.cents;
  const name: 'price' = event;
  const texts: string[] = [raw, lastEventId, id ?? ''];
  return [cents, name, texts];
});
const unsubscribe: () => void = client.on('news', ({ data }) => data.toUpperCase());
unsubscribe();
client.onMessage(({ data, event }) => data.toFixed() + event);
client.on('*', (event) => {
  if (event.event === 'price') return event.data.symbol;
  if (event.event === 'news') return event.data;
  return event.data.toFixed();
});
client.onStateChange((state) => state satisfies SSEState);
client.onError((error) => {
  if (error.code === 'ERR_SSE_STATUS' && error.status === 401) client.connect();
  // @ts-expect-error no such code
  return error.code === 'ERR_SSE_OTHER';
});

// @ts-expect-error no such event
client.on('weather', () => {});
// @ts-expect-error no such field
client.on('price', ({ data }) => data.euros);
// @ts-expect-error news are text
client.on('news', ({ data }: { data: number }) => data);
// @ts-expect-error no such state
client.onStateChange((state) => state === 'open');
// @ts-expect-error there must be a url
new SSEClient({});
// @ts-expect-error no such option
new SSEClient({ url: '/', retries: 5 });
// @ts-expect-error a stream cannot be sent again
new SSEClient({ url: '/', body: new ReadableStream() });

async function all(events: SSEClient<Events>): Promise<AnySSEEvent<Events> | undefined> {
  for await (const event of events) {
    if (event.event === 'price') return event;
  }
  return undefined;
}
all(client);

createSSEClient<Events>({
  url: new URL('https://server.test/events'),
  method: 'POST',
  body: JSON.stringify({ prompt: 'why?' }),
  headers: async () => ({ 'X-Key': 'k' }),
  token: async () => 'token',
  credentials: 'include',
  fetch: globalThis.fetch,
  signal: new AbortController().signal,
  parse: String,
  share: 'user 7',
});

// Without a map, every event name is allowed, and data has any type.
const sse = connectSSE('notifications', { url: '/_sse/connect', autoReconnect: true, debug: true });
sse.on('update', (ev) => {
  const { key, value } = ev.data;
  return [key, value];
});
sse.on('*', ({ event, data }) => [event, data.anything]);
sse.onMessage(({ raw }) => raw);

const manager = getSSEManager();
manager.setDefaultConfig({ autoReconnect: true });
manager.client<Events>('main', { url: '/_sse/main' }).on('news', ({ data }) => data.length);
manager.connect<Events>('main').on('news', ({ data }) => data.length);
const known: boolean = manager.has('main') && manager.disconnect('main');
const names: string[] = manager.getClientNames();
client.onError((error, attempt) => [error.attempt + attempt, known, names]);
manager.remove('main');
throw new SSEError('ERR_SSE_NETWORK', 'for example', { cause: new Error() });
