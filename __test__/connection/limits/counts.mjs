import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import * as nodeHTTP from '../../support/servers/node-http.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { allClosed, counted, MAX_CONNECTIONS } from './site.mjs';

const { Connection } = sluice;
const MAX_PER_KEY = 3;

/** Ways in which opening fails after it has started. */
const FAILURES = {
  'an invalid header': { headers: { 'bad name': 'x' } },
  'an invalid header value': { headers: { name: 'a\nb' } },
  'a key that fails': {
    limits: {
      key() {
        throw new Error('no user');
      },
      maxPerKey: 1,
    },
  },
};
const user = fc.constantFrom('ann', 'bob', ['ann', 'bob'], undefined);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('open'), user, stream: fc.boolean() }) },
  fc.record({
    kind: fc.constant('fail'),
    user,
    failure: fc.constantFrom(...Object.keys(FAILURES)),
  }),
  fc.record({
    kind: fc.constantFrom('leave', 'end', 'destroy', 'socket'),
    which: fc.nat(),
  }),
);

/** Opens and closes connections over real sockets, and tracks the open ones. */
class Model {
  open = [];

  constructor(connect, wanted) {
    this.connect = connect;
    this.wanted = wanted;
  }

  mayOpen(user) {
    const same = this.open.filter((one) => String(one.user) === String(user));
    if (user === undefined) return this.open.length < MAX_CONNECTIONS;
    return this.open.length < MAX_CONNECTIONS && same.length < MAX_PER_KEY;
  }

  async run({ kind, user, stream, failure, which }) {
    const limits = { key: () => user, maxPerKey: MAX_PER_KEY };
    const options = { ping: false, transport: stream ? 'stream' : 'auto', limits };
    if (kind === 'open' || kind === 'fail') {
      this.wanted.options = { ...options, ...FAILURES[failure] };
      const mayOpen = this.mayOpen(user);
      const client = await this.connect('/');
      const { connection, error } = this.wanted;
      if (failure) {
        assert.ok(error, failure);
        await until(() => this.isExact(), 'a failed opening to be released');
      } else if (mayOpen) this.open.push({ user, client, connection });
      else assert.equal(error?.code, 'ERR_SSE_LIMIT');
    } else if (this.open.length > 0) {
      const [{ client, connection }] = this.open.splice(which % this.open.length, 1);
      const closed = once(connection, 'close');
      if (kind === 'leave') client.leave();
      else if (kind === 'socket') connection.response.destroy();
      else connection[kind]();
      await closed;
    }
    assert.ok(this.isExact(), JSON.stringify([counted(), this.open.length]));
  }

  isExact() {
    const keys = new Set(this.open.flatMap((one) => (one.user ? JSON.stringify(one.user) : [])));
    const { open, keys: counts } = counted();
    return open === this.open.length && counts === keys.size;
  }
}

test('counts are exact after random openings, failures and closes', SOON, async (t) => {
  await allClosed();
  const wanted = {};
  const { connect, close } = await nodeHTTP.start((req, res) => {
    Object.assign(wanted, { connection: undefined, error: undefined });
    try {
      wanted.connection = new Connection(req, res, wanted.options);
    } catch (error) {
      wanted.error = error;
      res.removeHeader('Content-Encoding');
      res.statusCode = 500;
      res.end();
    }
  });
  t.after(close);
  const histories = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const model = new Model(connect, wanted);
    for (const each of steps) await model.run(each);
    for (const { connection } of model.open) connection.destroy();
    await allClosed();
    assert.deepEqual(counted(), { open: 0, keys: 0 });
  });
  await fc.assert(histories, { numRuns: 40, endOnFailure: true });
});

test('a connection that fails to open in the carrier is not counted', async () => {
  await allClosed();
  const { openLink } = await import('../../../lib/connection/connection.js');
  const carrier = {
    cursor: undefined,
    request: { socket: { remoteAddress: '192.0.2.1' } },
    listen() {
      throw new Error('no carrier');
    },
  };
  assert.throws(() => openLink(carrier, { limits: { maxPerKey: 1 } }), /no carrier/);
  assert.deepEqual(counted(), { open: 0, keys: 0 });
});
