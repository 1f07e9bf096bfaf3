// Checks which uses of channel.events() the compiler accepts and rejects.
import { tracked } from '@trpc/server';
import { from, map, type Observable } from 'rxjs';
import { Channel, type ChannelEvent, type Connection, type EventIterator, SSEBroker } from 'sluice';

interface Events {
  price: { cents: number };
  message: string;
}

declare const signal: AbortSignal;
declare const connection: Connection<Events>;
declare const input: { lastEventId?: string | null | undefined } | undefined;

const channel = new Channel<Events>();
const events: EventIterator<Events> = channel.events({
  after: input?.lastEventId,
  signal,
  snapshot: async () => [{ event: 'price', data: { cents: 1 } }],
  parse: (text: string, event: string) => (event === 'price' ? JSON.parse(text) : text),
  onGap: ({ lastEventId }) => lastEventId satisfies string,
  overflow: 'drop-oldest',
  maxQueueBytes: 1 << 20,
});

for await (const event of events) {
  event satisfies ChannelEvent<Events>;
  event.id satisfies string;
  if (event.event === 'price') event.data.cents satisfies number;
  else event.data satisfies string;
}

const { done, value } = await events.next();
if (!done) value.event satisfies 'price' | 'message';
events.lastEventId satisfies string;
if (events.closeReason === 'drain') await events.return();
await events.return();
connection.stream(channel.events());

// Without an event map, data may be anything.
for await (const { event, data } of new Channel().events()) {
  event satisfies string;
  data.anything satisfies string;
}

async function* subscription() {
  for await (const { id, data } of channel.events({ after: input?.lastEventId, signal })) {
    yield tracked(id, data);
  }
}
for await (const [id, data] of subscription()) {
  id satisfies string;
  data satisfies string | { cents: number };
}

const messages: Observable<{ id: string; type: 'price' | 'message'; data: string | object }> = from(
  channel.events(),
).pipe(map(({ id, event, data }) => ({ id, type: event, data })));
messages.subscribe();

const broker = new SSEBroker<{ news: { headline: string }; 'orders.*': { shipped: number } }>();
for await (const event of broker.events(['news', 'orders.*'], { after: null, signal })) {
  event.topic satisfies string | undefined;
  if (event.event === 'headline') event.data satisfies string;
  else event.data satisfies number;
}
for await (const { data, topic } of new SSEBroker().events('news')) {
  data.anything satisfies typeof topic;
}

for await (const event of channel.events()) {
  // @ts-expect-error a price has no text
  if (event.event === 'price') event.data satisfies string;
}
// @ts-expect-error a cursor is text
channel.events({ after: 7 });
// @ts-expect-error a snapshot of another event
channel.events({ snapshot: () => ({ event: 'price', data: 'high' }) });
// @ts-expect-error topics have no snapshots
broker.events('news', { snapshot: () => undefined });
// @ts-expect-error no such option
channel.events({ since: '1' });
// @ts-expect-error the class of iterators is not exported
new EventIterator();
