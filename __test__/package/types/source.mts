// Checks which sources connection.stream() accepts and rejects.
import { PassThrough, Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type Observable, of } from 'rxjs';
import type { Connection, StreamResult } from 'sluice';

interface Events {
  token: string;
  price: { cents: number };
  message: string;
}

declare const loose: Connection;
declare const typed: Connection<Events>;
declare const tokens: AsyncIterable<string>;
declare const bytes: ReadableStream<Uint8Array>;
declare const body: NonNullable<globalThis.Response['body']>;
declare const prices: AsyncGenerator<{ cents: number }>;
declare const signal: AbortSignal;

const result: StreamResult = await loose.stream(tokens, { event: 'token', end: true, signal });
result.events satisfies number;
result.complete satisfies boolean;

loose.stream([1, { a: 1 }, null]);
loose.stream(new Set([Promise.resolve('a')]));
loose.stream(new PassThrough());
loose.stream(Readable.from(['a']), { onError: 'keep' });
loose.stream(bytes);
loose.stream(body);

typed.stream(tokens);
typed.stream(tokens, { event: 'token' });
typed.stream(prices, { event: 'price' });
typed.stream(bytes, { event: 'token' });
typed.stream([{ event: 'price' as const, data: { cents: 1 } }]);
typed.stream([{ comment: 'only' }]);

declare const emitted: Observable<string>;
declare const emittedPrices: Observable<{ cents: number }>;
loose.stream(of(1, 2));
typed.stream(emitted, { event: 'token' });
typed.stream(emittedPrices, { event: 'price' });
typed.stream(of({ event: 'price' as const, data: { cents: 1 } }));

// Literals need no `as const`, and arrays in data need not be read-only.
declare const lists: Connection<{ tags: string[]; nested: { list: { a: string[] }[] } }>;
lists.stream([['a', 'b']], { event: 'tags' });
lists.stream([
  { event: 'tags', data: ['a'] },
  { event: 'nested', data: { list: [{ a: ['x'] }] } },
]);
typed.stream([{ event: 'price', data: { cents: 1 } }]);

// @ts-expect-error data of another type
typed.stream([{ event: 'price', data: { cents: '1' } }]);
// @ts-expect-error functions are not data
loose.stream([() => 1]);
// @ts-expect-error data of another event
typed.stream(prices, { event: 'token' });
// @ts-expect-error data of another event
typed.stream(emittedPrices, { event: 'token' });
// @ts-expect-error bytes are text
typed.stream(bytes, { event: 'price' });
// @ts-expect-error no such event
typed.stream(tokens, { event: 'other' });
// @ts-expect-error an event without a name is a message, whose data is text here
typed.stream([7]);
// @ts-expect-error not iterable
loose.stream(7);
// @ts-expect-error await it first
loose.stream(Promise.resolve(['a']));
// @ts-expect-error no such choice
loose.stream(tokens, { onError: 'ignore' });
