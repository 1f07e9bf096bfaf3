import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

const { SSEHelper } = createRequire(import.meta.url)('../../lib/broker/sse-helper.js');
const { SSEBroker } = sluice;

/**
 * A broker with two clients: `ada`, who subscribes to the topic `work`, and `bob`. `got(id)`
 * returns the events that a client has received.
 */
async function company(t) {
  const broker = new SSEBroker({ topic: { ids: 'manual' } });
  const server = http.createServer((req, res) => {
    broker.connect(req, res, { id: req.url.slice(1) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${server.address().port}`;
  const clients = {
    ada: await connectHTTP1(origin, '/ada'),
    bob: await connectHTTP1(origin, '/bob'),
  };
  t.after(async () => {
    for (const client of Object.values(clients)) client.leave();
    await broker.close();
    server.close();
  });
  broker.subscribe('ada', 'work');
  const got = async (id) => {
    broker.send(id, { comment: 'that is all' });
    const text = await clients[id].has(': that is all');
    return text.slice(0, text.indexOf(': that is all')).trim();
  };
  return { notifier: new SSEHelper(broker), got };
}

const frame = (event, data) => {
  const lines = [`event: ${event}`, `data: ${data}`];
  return (text, ...more) => assert.deepEqual(text.split('\n').sort(), [...lines, ...more].sort());
};

/** A method, its arguments after the recipient, and a check of the received frame. */
const events = [
  ['notify', [{ message: 'Hello!' }], frame('notification', '{"message":"Hello!"}')],
  ['notify', ['Hello!'], frame('notification', 'Hello!')],
  ['notify', [null], frame('notification', 'null')],
  ['notify', [0], frame('notification', '0')],
  ['update', ['count', 42], frame('update', '{"key":"count","value":42}')],
  ['update', ['count', null], frame('update', '{"key":"count","value":null}')],
  ['update', ['', ''], frame('update', '{"key":"","value":""}')],
  ['alert', ['warning', 'a\nb'], frame('alert', '{"level":"warning","message":"a\\nb"}')],
  ['progress', [0, ''], frame('progress', '{"progress":0,"message":""}')],
  ['progress', [99.5, 'Soon'], frame('progress', '{"progress":99.5,"message":"Soon"}')],
  ['progress', [100, 'Done'], frame('progress', '{"progress":100,"message":"Done"}')],
];

for (const [name, args, check] of events) {
  const call = `${name}(…, ${JSON.stringify(args).slice(1, -1)})`;

  test(`${call} sends to one client`, SOON, async (t) => {
    const { notifier, got } = await company(t);
    assert.equal(notifier[name]('ada', ...args), true);
    check(await got('ada'));
    assert.equal(await got('bob'), '');
    assert.equal(notifier[name]('nobody', ...args), false);
  });

  if (SSEHelper.prototype[`${name}All`]) {
    test(`${name}All sends the same to every client as ${call}`, SOON, async (t) => {
      const { notifier, got } = await company(t);
      assert.equal(notifier[`${name}All`](...args), 2);
      for (const id of ['ada', 'bob']) check(await got(id));
    });
  }

  if (SSEHelper.prototype[`${name}Topic`]) {
    test(`${name}Topic sends the same to a topic as ${call}`, SOON, async (t) => {
      const { notifier, got } = await company(t);
      assert.equal(notifier[`${name}Topic`]('work', ...args), 1);
      assert.equal(notifier[`${name}Topic`]('leisure', ...args), 0);
      check(await got('ada'), 'topic: work');
      assert.equal(await got('bob'), '');
    });
  }
}

test('SSEHelper has exactly the methods of its contract', () => {
  const names = Object.getOwnPropertyNames(SSEHelper.prototype).sort();
  assert.deepEqual(names, [
    ...['alert', 'alertAll', 'constructor', 'notify', 'notifyAll', 'notifyTopic', 'progress'],
    ...['progressTopic', 'update', 'updateAll', 'updateTopic'],
  ]);
});

const cycle = {};
cycle.self = cycle;

/** A method, its arguments after the recipient, and the code of its error. Nothing is sent. */
const misuses = [
  ...[-1, 101, 100.0001, -0.0001, Number.NaN, Infinity, '75', null, undefined, 7n, [75]].map(
    (progress) => ['progress', [progress, 'x'], 'ERR_SSE_RANGE', 'RangeError'],
  ),
  ...[undefined, null, 7, {}].flatMap((text) => [
    ['progress', [75, text], 'ERR_SSE_TYPE'],
    ['alert', ['warning', text], 'ERR_SSE_TYPE'],
    ['alert', [text, 'x'], 'ERR_SSE_TYPE'],
    ['update', [text, 'x'], 'ERR_SSE_TYPE'],
  ]),
  ...[undefined, () => {}, Symbol('x'), 7n, cycle].flatMap((value) => [
    ['notify', [value], 'ERR_SSE_DATA'],
    ['update', ['count', value], 'ERR_SSE_DATA'],
  ]),
];

test('an invalid event is rejected for every kind of recipient', SOON, async (t) => {
  const { notifier, got } = await company(t);
  for (const [name, args, code, className = 'TypeError'] of misuses) {
    const error = { name: className, code };
    assert.throws(() => notifier[name]('ada', ...args), error);
    notifier[`${name}All`] && assert.throws(() => notifier[`${name}All`](...args), error);
    notifier[`${name}Topic`] &&
      assert.throws(() => notifier[`${name}Topic`]('work', ...args), error);
  }
  assert.equal(await got('ada'), '');
});

test('a topic must be a valid name without wildcards', SOON, async (t) => {
  const { notifier } = await company(t);
  for (const topic of ['', 7, undefined, 'work.*']) {
    const error = { name: 'TypeError', code: 'ERR_SSE_TOPIC' };
    assert.throws(() => notifier.notifyTopic(topic, 'x'), error);
    assert.throws(() => notifier.updateTopic(topic, 'key', 'x'), error);
    assert.throws(() => notifier.progressTopic(topic, 1, 'x'), error);
  }
});

test('SSEHelper requires a broker', () => {
  for (const broker of [undefined, null, {}, { send() {} }]) {
    assert.throws(() => new SSEHelper(broker), { name: 'TypeError', code: 'ERR_SSE_TYPE' });
  }
});
