// A tRPC subscription over channel.events(): a client that reconnects misses nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { initTRPC, TRPCError, tracked } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { EventSource } from 'eventsource';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { KINDS, nodes } from './channels.mjs';

const { procedure, router } = initTRPC.create();

/** A server with a subscription, which reads the first of the channels, and a client. */
async function start(t, ...channels) {
  const inputs = [];
  const appRouter = router({
    prices: procedure
      .input((input) => input)
      .subscription(async function* ({ input, signal }) {
        inputs.push(input?.lastEventId);
        const after = input?.lastEventId;
        const events = channels[0].events({ after, signal });
        for await (const { id, data } of events) yield tracked(id, data);
        if (events.closeReason === 'drain') throw new TRPCError({ code: 'SERVICE_UNAVAILABLE' });
      }),
  });
  const server = createHTTPServer({ router: appRouter });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  const client = createTRPCClient({ links: [httpSubscriptionLink({ url, EventSource })] });
  return { channels, client, inputs, server };
}

for (const [kind, make] of Object.entries(KINDS)) {
  describe(`tRPC, ${kind}`, SOON, () => {
    test('a client that loses its connection gets every event once', async (t) => {
      const channel = await make(t);
      const { client, inputs, server } = await start(t, channel);
      const got = [];
      const subscription = client.prices.subscribe(undefined, {
        onData: ({ id, data }) => got.push({ id, ...data }),
      });
      await until(() => channel.count() === 1, 'the subscription');
      const ids = [];
      const publish = async (cents) => {
        const { id } = await channel.publish({ event: 'price', data: { cents } });
        ids.push({ id, cents });
      };
      await publish(1);
      await publish(2);
      await until(() => got.length === 2, 'the first events');
      server.closeAllConnections();
      await until(() => channel.count() === 0, 'the loop to end');
      // The client is disconnected.
      await publish(3);
      await publish(4);
      await until(() => channel.count() === 1, 'the client to reconnect');
      await publish(5);
      await until(() => got.length >= 5, 'the others');
      assert.deepEqual(got, ids);
      assert.deepEqual(inputs, [undefined, ids[1].id]);
      subscription.unsubscribe();
      await until(() => channel.count() === 0, 'the client to leave');
    });

    test('the subscription completes when the channel closes', async (t) => {
      const channel = await make(t);
      const { client } = await start(t, channel);
      const got = [];
      const completed = new Promise((resolve) => {
        client.prices.subscribe(undefined, {
          onData: ({ data }) => got.push(data),
          onComplete: resolve,
        });
      });
      await until(() => channel.count() === 1, 'the subscription');
      await channel.publish({ data: 'last' });
      channel.close();
      await completed;
      assert.deepEqual(got, ['last']);
    });
  });
}

test('tRPC: a client of a process that drains reconnects to another one', SOON, async (t) => {
  const [here, there] = await nodes(t);
  const { channels, client } = await start(t, here, there);
  const got = [];
  let completes = 0;
  const subscription = client.prices.subscribe(undefined, {
    onData: ({ data }) => got.push(data),
    onComplete: () => {
      completes += 1;
    },
  });
  await until(() => here.count() === 1, 'the subscription');
  await here.publish({ data: 1 });
  await until(() => got.length === 1, 'the first event');
  channels.shift();
  await here.drain({ within: 1 });
  await there.publish({ data: 2 });
  await until(() => got.length === 2, 'the missed event');
  assert.deepEqual(got, [1, 2]);
  assert.equal(completes, 0);
  subscription.unsubscribe();
  await until(() => there.count() === 0, 'the client to leave');
});
