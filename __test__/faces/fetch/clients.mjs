import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutPrimer } from '../../support/primer.mjs';
import { SOON } from '../../support/soon.mjs';
import { Reading } from './reading.mjs';
import { createSSE, service } from './service.mjs';

describe('clients', () => {
  test('have an id, their channels, a controller and a date', (t) => {
    const sse = service(t);
    const { client } = sse.addClient();
    assert.deepEqual(Object.keys(client), [
      'id',
      'channels',
      'controller',
      'createdAt',
      'lastEventId',
    ]);
    assert.match(client.id, /^[\w-]{16,}$/);
    assert.ok(client.channels instanceof Set);
    assert.ok(client.createdAt instanceof Date);
    assert.ok(Math.abs(Date.now() - client.createdAt) < 60_000);
    assert.equal(client.lastEventId, undefined);
    assert.equal(sse.getClient(client.id), client);
    assert.ok(JSON.stringify(client).length < 300);
  });

  test('are listed in the order in which they connected', (t) => {
    const sse = service(t);
    const clients = Array.from({ length: 5 }, () => sse.addClient().client);
    assert.deepEqual(sse.getClients(), clients);
    for (const index of [1, 3]) sse.subscribe(clients[index].id, 'odd');
    assert.deepEqual(sse.getClientsByChannel('odd'), [clients[1], clients[3]]);
    assert.deepEqual(sse.getClientsByChannel('even'), []);
    sse.removeClient(clients[1].id);
    assert.deepEqual(
      sse.getClients(),
      [0, 2, 3, 4].map((index) => clients[index]),
    );
    assert.deepEqual(sse.getClientsByChannel('odd'), [clients[3]]);
  });

  test('are subscribed and unsubscribed, with a result that reports success', (t) => {
    const sse = service(t);
    const { id, channels } = sse.addClient().client;
    assert.equal(sse.subscribe(id, 'a'), true);
    assert.equal(sse.subscribe(id, 'a'), true);
    assert.deepEqual([...channels], ['a']);
    assert.equal(sse.unsubscribe(id, 'a'), true);
    assert.equal(sse.unsubscribe(id, 'a'), false);
    assert.deepEqual([...channels], []);
    assert.equal(sse.subscribe('nobody', 'a'), false);
    assert.equal(sse.unsubscribe('nobody', 'a'), false);
  });

  test('can be subscribed by changing their `channels`', SOON, async (t) => {
    const sse = service(t, { topic: { ids: 'manual' } });
    const { client, response } = sse.addClient();
    const reading = new Reading(response);
    client.channels.add('a');
    assert.deepEqual(sse.getClientsByChannel('a'), [client]);
    sse.broadcast('a', 'n', 1);
    client.channels.delete('a');
    sse.broadcast('a', 'n', 2);
    sse.sendTo(client.id, 'n', 3);
    await reading.has('data: 3\n\n');
    assert.equal(reading.events, 'event: n\ndata: 1\n\nevent: n\ndata: 3\n\n');
  });

  test('subscribe to channel names literally, wildcards included', SOON, async (t) => {
    const sse = service(t);
    const { client, response } = sse.addClient();
    const reading = new Reading(response);
    for (const channel of ['*', 'orders.>', '__proto__', 'user:7'])
      sse.subscribe(client.id, channel);
    sse.broadcast('orders.7', 'n', 'not subscribed');
    for (const channel of ['orders.>', '*', '__proto__', 'user:7'])
      sse.broadcast(channel, 'n', channel);
    await reading.has('data: user:7\n\n');
    assert.deepEqual(reading.text.match(/(?<=^data: ).*/gm), [
      'orders.>',
      '*',
      '__proto__',
      'user:7',
    ]);
  });

  test(
    'receive events for a channel, one client or all, with id, event and data',
    SOON,
    async (t) => {
      const sse = service(t);
      const [a, b, c] = [1, 2, 3].map(() => sse.addClient());
      const readings = [a, b, c].map(({ response }) => new Reading(response));
      sse.subscribe(a.client.id, 'x');
      sse.subscribe(b.client.id, 'x');
      assert.equal(sse.broadcast('x', 'news', { text: 'two\nlines' }, 'x-1'), undefined);
      assert.equal(sse.sendTo(b.client.id, 'private', 'as it is'), true);
      assert.equal(sse.sendTo('nobody', 'private', 1), false);
      assert.equal(sse.broadcast('nobody is here', 'news', 1), undefined);
      assert.equal(sse.broadcastAll('end', null, ''), undefined);
      const end = 'id\nevent: end\ndata: null\n\n'.replace('id', 'id: ');
      for (const reading of readings) await reading.has('data: null\n\n');
      const news = 'id: x-1\nevent: news\ndata: {"text":"two\\nlines"}\n\n';
      assert.deepEqual(
        readings.map(({ events }) => withoutPrimer(events).replace(/^id:$/m, 'id: ')),
        [news + end, `${news}event: private\ndata: as it is\n\n${end}`, end],
      );
    },
  );

  test('are removed immediately, after which they get the events sent before', SOON, async (t) => {
    const sse = service(t, { topic: { ids: 'manual' } });
    const { client, response } = sse.addClient();
    sse.subscribe(client.id, 'a');
    sse.broadcast('a', 'n', 1);
    assert.equal(sse.removeClient(client.id), undefined);
    assert.equal(sse.getClient(client.id), undefined);
    assert.deepEqual(sse.getClients(), []);
    assert.deepEqual(sse.getClientsByChannel('a'), []);
    assert.equal(sse.sendTo(client.id, 'n', 2), false);
    assert.equal(sse.subscribe(client.id, 'b'), false);
    assert.equal(sse.unsubscribe(client.id, 'a'), false);
    sse.broadcast('a', 'n', 3);
    sse.broadcastAll('n', 4);
    sse.removeClient(client.id);
    sse.removeClient('nobody');
    const reading = new Reading(response);
    assert.equal(await reading.over(), 'done');
    assert.equal(reading.events, 'event: n\ndata: 1\n\n');
  });

  test('are all removed by shutdown(), and new ones are refused', SOON, async (t) => {
    const sse = createSSE();
    const readings = [1, 2, 3].map(() => new Reading(sse.addClient().response));
    sse.broadcastAll('bye', 1);
    assert.equal(sse.shutdown(), undefined);
    assert.deepEqual(sse.getClients(), []);
    assert.throws(() => sse.addClient(), { name: 'SluiceError', code: 'ERR_SSE_BROKER_CLOSED' });
    sse.broadcastAll('late', 1);
    sse.shutdown();
    for (const reading of readings) {
      assert.equal(await reading.over(), 'done');
      assert.equal(reading.events, 'event: bye\ndata: 1\n\n');
    }
    const other = service(t);
    assert.equal(other.getClients().length, 0);
    other.addClient();
  });
});
