import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { service } from './service.mjs';

const CLIENTS = 10_000;
const binding = createRequire(import.meta.url)('../../../binding.js');

/** The calls since `nativeCalls()` started. */
let calls = [];

// A broker gets its sending function from the core once, and calls it for every event.
const { sender } = binding.TopicsHandle.prototype;
binding.TopicsHandle.prototype.sender = function () {
  const send = sender.call(this);
  return (...values) => {
    calls.push('TopicsHandle.sender()');
    return send(...values);
  };
};

/** The members of the core's classes that `work` calls or reads, in order. */
function nativeCalls(work) {
  calls = [];
  const restores = [];
  const counted = (name, original) =>
    original &&
    function (...values) {
      calls.push(name);
      return original.apply(this, values);
    };
  for (const [name, { prototype }] of Object.entries(binding)) {
    for (const member of Object.getOwnPropertyNames(prototype ?? {})) {
      const own = Object.getOwnPropertyDescriptor(prototype, member);
      if (member === 'constructor') continue;
      const kind = own.get ? 'get' : 'value';
      const watched = { ...own, [kind]: counted(`${name}.${member}`, own[kind]) };
      Object.defineProperty(prototype, member, watched);
      restores.push(() => Object.defineProperty(prototype, member, own));
    }
  }
  try {
    work();
  } finally {
    for (const restore of restores) restore();
  }
  return calls;
}

test(
  'a broadcast to 10,000 clients is one native call and reaches all of them',
  SOON,
  async (t) => {
    const sse = service(t);
    let read = 0;
    const consume = async ({ body }) => {
      for await (const chunk of body) {
        if (Buffer.from(chunk).includes('data: 1\n')) read += 1;
      }
    };
    for (let n = 0; n < CLIENTS; n += 1) {
      const { client, response } = sse.addClient();
      sse.subscribe(client.id, 'many');
      if (n % 100 === 0) sse.subscribe(client.id, 'few');
      consume(response);
    }
    assert.equal(sse.getClientsByChannel('few').length, CLIENTS / 100);
    const calls = nativeCalls(() => sse.broadcast('many', 'n', 1, 'id'));
    assert.equal(calls.length, 1, calls.join());
    await until(
      () => read === CLIENTS,
      () => `all clients (${read} have it)`,
    );
    assert.equal(nativeCalls(() => sse.broadcast('few', 'n', 2)).length, 1);
    // One of the calls counts the clients.
    assert.ok(nativeCalls(() => sse.broadcastAll('n', 3)).length <= 2);
    const connect = nativeCalls(() => sse.addClient());
    assert.ok(connect.length > 2, `the calls are counted: ${connect}`);
  },
);
