// A client can resume even before its first event, because it gets a cursor when it joins.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';
import { eventsOf, got, serve } from './server.mjs';

const { Channel, SSEBroker } = sluice;
const data = (events) => events.map((event) => event.data);

/** Waits for the primer and returns its id. It is the only frame that is an id alone. */
async function primer(client) {
  const frame = /(?:^|\n\n)id: ([^\n]*)\n\n/;
  await until(
    () => frame.test(client.text),
    () => `a primer in ${client.text}`,
  );
  return frame.exec(client.text)[1];
}

for (const transport of ['auto', 'stream']) {
  describe(`a primer, transport: '${transport}'`, SOON, () => {
    const options = { transport };

    test('allows a client without any event to resume', async (t) => {
      const [orders, news] = [new Channel(), new Channel()];
      const open = await serve(
        t,
        (connection) => {
          orders.add(connection);
          news.add(connection);
        },
        options,
      );
      orders.send({ data: 'before' });
      const client = await open();
      const id = await primer(client);
      assert.equal(client.text, `id: ${id}\n\n`);
      assert.deepEqual(eventsOf(client), []);
      client.leave();
      orders.send({ data: 'missed order' });
      news.send({ data: 'missed news' });
      const back = await open(id);
      assert.deepEqual(data(await got(back, 2)), ['missed order', 'missed news']);
    });

    test('covers the events before it in the same turn', async (t) => {
      const orders = new Channel();
      const open = await serve(
        t,
        (connection) => orders.add(connection).send({ data: 'at once' }),
        options,
      );
      const client = await open();
      const id = await primer(client);
      assert.deepEqual(data(eventsOf(client)), ['at once']);
      orders.send({ data: 'missed' });
      const back = await open(id);
      assert.equal(data(await got(back, 1))[0], 'missed');
    });

    test('replaces a cursor that led to a gap', async (t) => {
      const orders = new Channel();
      const gaps = [];
      const open = await serve(
        t,
        (connection) => {
          connection.on('gap', (gap) => gaps.push(gap));
          orders.add(connection);
        },
        options,
      );
      const client = await open('unknown');
      const id = await primer(client);
      client.leave();
      orders.send({ data: 'missed' });
      const back = await open(id);
      assert.deepEqual(data(await got(back, 1)), ['missed']);
      assert.equal(gaps.length, 1);
    });

    test('comes after a snapshot and the events that were held back for it', async (t) => {
      const prices = new Channel();
      const news = new Channel();
      let resolve;
      const snapshot = () => new Promise((done) => (resolve = done));
      const open = await serve(
        t,
        (connection) => {
          news.add(connection);
          prices.add(connection, { snapshot });
          connection.comment('opened');
        },
        options,
      );
      const client = await open();
      await until(() => resolve, 'the snapshot to be read');
      for (let turns = 0; turns < 5; turns += 1) await turn();
      assert.doesNotMatch(client.text, /^id:/m);
      prices.send({ data: 'change' });
      resolve({ data: 'state' });
      const id = await primer(client);
      assert.deepEqual(data(eventsOf(client)), ['state', 'change']);
      assert.ok(client.text.endsWith(`\nid: ${id}\n\n`));
    });

    test("waits for resume() with resume: 'manual'", async (t) => {
      const orders = new Channel();
      let opened;
      const open = await serve(
        t,
        (connection) => {
          opened = connection;
          orders.add(connection);
          connection.comment('opened');
        },
        { ...options, resume: 'manual' },
      );
      const client = await open();
      await client.has(': opened');
      for (let turns = 0; turns < 5; turns += 1) await turn();
      opened.comment('later');
      await client.has(': later\n\n');
      assert.doesNotMatch(client.text, /^id:/m);
      opened.resume();
      await primer(client);
    });

    test('comes in a later turn if the first join is later', async (t) => {
      const orders = new Channel();
      const open = await serve(
        t,
        async (connection) => {
          await turn();
          await turn();
          orders.add(connection);
        },
        options,
      );
      await primer(await open());
    });

    test('is sent for topics and patterns', async (t) => {
      for (const name of ['orders.7', 'orders.*']) {
        const broker = new SSEBroker();
        const open = await serve(
          t,
          (connection) => broker.connect(connection).topics.add(name),
          options,
        );
        const client = await open();
        const id = await primer(client);
        client.leave();
        broker.broadcastToTopic('orders.7', { data: 'missed' });
        const back = await open(id);
        assert.deepEqual(data(await got(back, 1)), ['missed']);
      }
    });
  });
}

describe('the id of a primer', SOON, () => {
  test('is the custom id of the latest event, if it has one', async (t) => {
    const [orders, news] = [new Channel(), new Channel()];
    const open = await serve(t, (connection) => {
      orders.add(connection);
      news.add(connection);
    });
    orders.send({ id: 'order-1', data: '' });
    assert.equal(await primer(await open()), 'order-1');
    news.send({ id: 'news-1', data: '' });
    assert.equal(await primer(await open()), 'news-1');
    orders.send({ data: '' });
    assert.match(await primer(await open()), /^[0-9a-z]+-[0-9a-z]+$/);
  });
});

describe('no primer is sent', SOON, () => {
  const handlers = {
    'without a channel': () => {},
    'when no channel mints ids': (connection) => {
      new Channel({ ids: 'manual' }).add(connection);
      new Channel({ historySize: 0 }).add(connection);
    },
  };
  for (const [title, handler] of Object.entries(handlers)) {
    test(title, async (t) => {
      const open = await serve(t, async (connection) => {
        handler(connection);
        await turn();
        await turn();
        connection.comment('later');
      });
      assert.equal(await (await open()).has(': later\n\n'), ': later\n\n');
    });
  }

  test('to a client whose own cursor is valid', async (t) => {
    const orders = new Channel();
    orders.send({ id: 'order-1', data: 'first' });
    const closes = [];
    const open = await serve(t, (connection) => {
      closes.push(tally(connection, 'close'));
      orders.add(connection);
    });
    const client = await open('order-1');
    await until(() => closes.length > 0, 'the connection');
    for (let turns = 0; turns < 5; turns += 1) await turn();
    orders.send({ data: 'next' });
    assert.match(await client.has('next\n\n'), /^id: [0-9a-z]+-[0-9a-z]+\ndata: next\n\n$/);
  });
});
