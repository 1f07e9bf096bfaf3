// Tests of connection.stream(): Observables, which cannot be paused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, from, NEVER, Observable, of, range, Subject, throwError } from 'rxjs';
import { closed, plain } from '../../carrier/handover/plain.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

/** Observables without rxjs. Each emits twice. */
const twice = (observer) => {
  observer.next('a');
  observer.next('b');
  observer.complete();
};
const kinds = {
  'of rxjs': () => of('a', 'b'),
  'of rxjs that emits later': () =>
    from(Promise.resolve('a')).pipe((first) => concat(first, ['b'])),
  'with a subscribe method': () => ({ subscribe: twice }),
  "with a method '@@observable'": () => ({ '@@observable': () => ({ subscribe: twice }) }),
};

for (const [kind, make] of Object.entries(kinds)) {
  test(`an Observable ${kind} sends its items until it completes`, SOON, async (t) => {
    const { stream } = await plain(t);
    const { client, connection } = await stream();
    const result = await connection.stream(make(), { event: 'letter', end: true });
    assert.deepEqual(result, { events: 2, complete: true });
    await client.eof();
    const text = 'event: letter\ndata: a\n\nevent: letter\ndata: b\n\n';
    assert.equal(client.chunks().text, text);
  });
}

test('an Observable behind Symbol.observable is recognized', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const symbol = Symbol('observable');
  Symbol.observable = symbol;
  t.after(() => delete Symbol.observable);
  await connection.stream({ [symbol]: () => ({ subscribe: twice }) });
  await client.has('data: b');
});

test('events and bytes of an Observable are sent like those of other sources', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const bytes = Buffer.from('é');
  const items = [{ id: '1', event: 'price', data: { cents: 1 } }, bytes.subarray(0, 1), bytes];
  await connection.stream(of(...items.slice(0, 2)), { end: true });
  await client.eof();
  const { text } = client.chunks();
  // The incomplete character is sent as U+FFFD at the end.
  const shown = Buffer.from(text, 'latin1').toString();
  assert.equal(shown, 'id: 1\nevent: price\ndata: {"cents":1}\n\ndata: \ufffd\n\n');
});

/** An Observable that emits once, and counts its subscriptions and unsubscriptions. */
function counted() {
  const counts = { subscribed: 0, left: 0 };
  const source = new Observable((subscriber) => {
    counts.subscribed += 1;
    subscriber.next('first');
    return () => {
      counts.left += 1;
    };
  });
  return { source, counts };
}

const endings = {
  'the client leaves': ({ client }) => client.socket.destroy(),
  'the connection is ended': ({ connection }) => connection.end(),
  'the response is destroyed': ({ res }) => res.destroy(),
};

for (const [ending, cause] of Object.entries(endings)) {
  test(`an Observable is unsubscribed once when ${ending}`, SOON, async (t) => {
    const { stream } = await plain(t);
    const end = await stream();
    const { source, counts } = counted();
    const streaming = end.connection.stream(source);
    await end.client.has('data: first');
    assert.equal(counts.left, 0);
    cause(end);
    assert.deepEqual(await streaming, { events: 1, complete: false });
    await closed(end);
    assert.deepEqual(counts, { subscribed: 1, left: 1 });
  });
}

test('an Observable is unsubscribed by a signal', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection, client } = await stream();
  const { source, counts } = counted();
  const abort = new AbortController();
  const streaming = connection.stream(source, { signal: abort.signal });
  await client.has('data: first');
  const reason = new Error('enough');
  abort.abort(reason);
  await assert.rejects(streaming, (error) => error === reason);
  assert.equal(counts.left, 1);
  assert.equal(connection.closed, false);
});

test('an Observable is not subscribed if the client has left', SOON, async (t) => {
  const { stream } = await plain(t);
  const end = await stream();
  end.client.socket.destroy();
  await closed(end);
  const { source, counts } = counted();
  assert.deepEqual(await end.connection.stream(source), { events: 0, complete: false });
  assert.equal(counts.subscribed, 0);
  await assert.rejects(end.connection.stream(source, { signal: AbortSignal.abort() }));
  assert.equal(counts.subscribed, 0);
});

test('a function returned by subscribe() is called to unsubscribe', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  let left = 0;
  const subscribe = () => () => {
    left += 1;
  };
  const streaming = connection.stream({ subscribe });
  connection.end();
  await streaming;
  assert.equal(left, 1);
});

test('an error from an Observable ends the connection and rejects', SOON, async (t) => {
  const secret = new Error('secret');
  const failing = concat(
    of('first'),
    throwError(() => secret),
  );
  const throwing = {
    subscribe() {
      throw secret;
    },
  };
  for (const source of [failing, throwing]) {
    const { stream } = await plain(t);
    const { connection, client, reasons } = await stream();
    await assert.rejects(connection.stream(source), (error) => error === secret);
    await client.eof();
    assert.deepEqual(await closed({ connection, reasons }), ['end']);
    assert.ok(!client.text.includes('secret'));
  }
  const { stream } = await plain(t);
  const { connection } = await stream();
  const keep = { onError: 'keep' };
  await assert.rejects(connection.stream(failing, keep), (error) => error === secret);
  assert.equal(connection.closed, false);
});

test('an item that cannot be sent ends the subscription and rejects', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const subject = new Subject();
  const streaming = connection.stream(subject, { onError: 'keep' });
  subject.next('good');
  subject.next(1n);
  assert.equal(subject.observed, false);
  subject.next('never');
  await assert.rejects(streaming, { code: 'ERR_SSE_DATA' });
});

test('items that an Observable emits after completion are discarded', SOON, async (t) => {
  const { stream } = await plain(t);
  const { client, connection } = await stream();
  const subscribe = (observer) => {
    twice(observer);
    twice(observer);
    observer.error(new Error('late'));
  };
  const result = await connection.stream({ subscribe }, { end: true });
  assert.deepEqual(result, { events: 2, complete: true });
  await client.eof();
});

test(
  'the queue limit applies to an Observable that is too fast for a slow client',
  SOON,
  async (t) => {
    const { stream } = await plain(t, { options: { maxQueueBytes: 10_000 } });
    const { client, connection, reasons } = await stream();
    client.socket.pause();
    const subject = new Subject();
    const streaming = connection.stream(subject);
    const item = 'x'.repeat(64 * 1024);
    await until(() => {
      subject.next(item);
      return connection.closed;
    }, 'the overflow');
    const { complete } = await streaming;
    assert.equal(complete, false);
    assert.deepEqual(reasons, ['overflow']);
    assert.equal(subject.observed, false);
  },
);

test('the overflow policy of the connection applies to an Observable', SOON, async (t) => {
  const options = { maxQueueBytes: 100_000, overflow: 'drop-oldest' };
  const { stream } = await plain(t, { options });
  const { client, connection } = await stream();
  client.socket.pause();
  const item = 'x'.repeat(64 * 1024);
  let dropped = 0;
  connection.on('gap', ({ events }) => {
    dropped += events;
  });
  const source = concat(
    range(0, 1000).pipe(
      (numbers) => new Observable((to) => numbers.subscribe(() => to.next(item))),
    ),
    NEVER,
  );
  const streaming = connection.stream(source);
  assert.equal(connection.closed, false);
  client.socket.resume();
  await until(() => dropped > 0, 'the gap');
  connection.end();
  assert.deepEqual(await streaming, { events: 1000, complete: false });
});

test('an iterable that is also an Observable is read with back-pressure', SOON, async (t) => {
  const { stream } = await plain(t);
  const { connection } = await stream();
  const channel = new sluice.Channel();
  t.after(() => channel.close());
  const events = channel.events();
  events.subscribe = () => assert.fail('it was subscribed');
  const streaming = connection.stream(events);
  channel.send({ data: 'a' });
  channel.close();
  assert.deepEqual(await streaming, { events: 1, complete: true });
});
