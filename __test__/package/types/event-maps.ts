// Checks which uses of event maps the compiler accepts and rejects.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Channel, type Connection, Connection as Open, type ServerSentEvent } from 'sluice';

interface Events {
  price: { symbol: string; cents: number };
  news: string;
  message: number;
}

declare const request: IncomingMessage;
declare const response: ServerResponse;

const channel = new Channel<Events>();
const connection: Connection<Events> = new Open<Events>(request, response);

channel.send({ event: 'price', data: { symbol: 'ACME', cents: 120 } });
connection.send({ event: 'news', data: 'rain', id: '1' });
channel.send({ data: 7 });
channel.send({ comment: 'nothing' });
channel.send({ id: '', retry: 0 });
channel.add(connection).write('data: 1\n\n');
channel.add(connection, { snapshot: () => ({ event: 'news', data: 'rain' }) });
channel.add(connection, { snapshot: async () => [{ event: 'news', data: 'rain' }, { data: 7 }] });
channel.add(connection, { snapshot: () => undefined });
channel.send({ event: 'news', data: 'rain' }, { remove: true });
new Channel<Events>({
  keep: 'latest',
  key: (event) => (event.event === 'price' ? event.data.symbol : `${event.event} ${event.data}`),
});
const loosely = new Channel({ keep: 'latest', key: ({ data }) => data.symbol });
loosely.send({ event: 'price', data: { symbol: 'ACME' } }, { remove: false });
new Channel<{ price: { symbol: string } }>({ keep: 'latest', key: ({ data }) => data.symbol });

// @ts-expect-error wrong type of a field
channel.send({ event: 'price', data: { symbol: 'ACME', cents: '120' } });
// @ts-expect-error data of another event
connection.send({ event: 'news', data: { symbol: 'ACME', cents: 120 } });
// @ts-expect-error no such event
channel.send({ event: 'weather', data: 'rain' });
// @ts-expect-error an event of the map has data
channel.send({ event: 'price' });
// @ts-expect-error an event without a name is a message, whose data is a number here
channel.send({ data: 'seven' });
// @ts-expect-error retry is a number
channel.send({ event: 'news', data: 'rain', retry: '5' });
// @ts-expect-error remove is true or false
channel.send({ event: 'news', data: 'rain' }, { remove: 'news' });
// @ts-expect-error a key is a string
new Channel<Events>({ keep: 'latest', key: () => 7 });
// @ts-expect-error not every event has a symbol
new Channel<Events>({ keep: 'latest', key: ({ data }) => data.symbol });
// @ts-expect-error no such way to keep events
new Channel<Events>({ keep: 'newest', key: () => 'all' });
// @ts-expect-error a snapshot of another event
channel.add(connection, { snapshot: () => ({ event: 'news', data: 7 }) });
// @ts-expect-error not a connection of these events
channel.add(new Open<{ other: Date }>(request, response));

declare const name: 'price' | 'news';
// @ts-expect-error name and data belong together
channel.send({ event: name, data: 'rain' });

const loose: ServerSentEvent = { event: 'anything', data: { at: 'all' } };
new Channel().send(loose);
