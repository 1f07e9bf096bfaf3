import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SSEClient, SSEManager } from '../../client/index.js';
import { open, settled } from './scripted.mjs';

describe('the manager', () => {
  const url = 'http://server.test/';

  test('returns the same client for the same name', () => {
    const manager = new SSEManager();
    const main = manager.client('main', { url });
    assert.ok(main instanceof SSEClient);
    assert.equal(manager.client('main'), main);
    assert.equal(manager.client('main', { url: 'http://other.test/' }), main);
    assert.notEqual(manager.client('logs', { url }), main);
    assert.equal(main.getState(), 'disconnected', 'client() does not connect');
  });

  test('a client config overrides the defaults', async () => {
    const manager = new SSEManager();
    assert.throws(() => manager.client('main'), { code: 'ERR_SSE_OPTION' });
    const asked = [];
    const fetch = async (address, { credentials }) => {
      asked.push([address, credentials]);
      return new Response(null, { status: 204 });
    };
    manager.setDefaultConfig({ url, fetch, credentials: 'include' });
    manager.client('main').connect();
    manager.client('logs', { url: `${url}logs`, credentials: 'omit' }).connect();
    await settled();
    assert.deepEqual(asked, [
      [url, 'include'],
      [`${url}logs`, 'omit'],
    ]);
  });

  test('connects and disconnects clients by name, and lists their names', async () => {
    const manager = new SSEManager();
    const asked = [];
    const fetch = async (address, { signal }) => {
      asked.push(address);
      return open()(signal);
    };
    manager.setDefaultConfig({ url, fetch });
    assert.deepEqual([manager.has('main'), manager.getClientNames()], [false, []]);
    const main = manager.connect('main');
    const logs = manager.connect('logs', { url: `${url}logs` });
    assert.deepEqual([manager.has('main'), manager.getClientNames()], [true, ['main', 'logs']]);
    await settled();
    assert.deepEqual(
      [main, logs].map((client) => client.isConnected()),
      [true, true],
    );
    assert.equal(manager.connect('main'), main);
    assert.equal(manager.disconnect('main'), true);
    assert.equal(manager.disconnect('other'), false);
    assert.deepEqual([main.getState(), logs.getState()], ['disconnected', 'connected']);
    assert.equal(manager.has('main'), true, 'disconnect() keeps the client');
    manager.connect('main');
    await settled();
    assert.deepEqual(asked, [url, `${url}logs`, url]);
    manager.disconnectAll();
    manager.remove('main');
    assert.deepEqual(manager.getClientNames(), ['logs']);
  });

  test('remove() disconnects one client, and disconnectAll() all of them', async () => {
    const manager = new SSEManager();
    manager.setDefaultConfig({ url, fetch: async () => open()(new AbortController().signal) });
    const clients = ['a', 'b', 'c'].map((name) => manager.client(name));
    for (const client of clients) client.connect();
    assert.equal(manager.remove('a'), true);
    assert.equal(manager.remove('a'), false);
    assert.deepEqual(
      clients.map((client) => client.getState()),
      ['disconnected', 'connecting', 'connecting'],
    );
    assert.notEqual(manager.client('a'), clients[0]);
    manager.disconnectAll();
    assert.ok(clients.every((client) => client.getState() === 'disconnected'));
    assert.equal(manager.client('b'), clients[1]);
  });
});
