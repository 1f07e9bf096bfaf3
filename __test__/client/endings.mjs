import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { until } from '../support/until.mjs';
import { connecting, serve, stream } from './plain.mjs';
import { open, refused, scriptedClient, settled, silent } from './scripted.mjs';

describe('endings', () => {
  test('rejecting a response closes its connection', async (t) => {
    const sockets = new Set();
    const { origin } = await serve(t, (req, res) => {
      sockets.add(req.socket);
      res.writeHead(200, { 'Content-Type': 'text/html' }).write('<!doctype html>');
    });
    const { client } = connecting(t, { url: origin });
    await until(() => client.getState() === 'error', 'the refusal');
    await until(() => [...sockets].every(({ destroyed }) => destroyed), 'the connection to close');
  });

  test('disconnect() closes the connection and stops all events', async (t) => {
    let closed = 0;
    const { origin } = await serve(t, (_, res) => {
      stream(res);
      res.on('close', () => closed++);
    });
    const { client, data, states } = connecting(t, { url: origin });
    await until(() => data().length, 'an event');
    client.disconnect();
    assert.equal(client.getState(), 'disconnected');
    await until(() => closed, 'the connection to close');
    assert.deepEqual(states, ['connecting', 'connected', 'disconnected']);
  });

  test('disconnect() in a handler discards the remaining events', async (t) => {
    const answers = [open('id: 1\ndata: a\n\nid: 2\ndata: b\n\n'), open('id: 2\ndata: b\n\n')];
    const { client, requests, data, states } = scriptedClient(t, answers);
    client.onMessage(() => client.disconnect());
    client.connect();
    await settled();
    assert.deepEqual(data(), ['a']);
    assert.equal(client.getLastEventId(), '1');
    client.connect();
    await settled();
    assert.deepEqual(data(), ['a', 'b']);
    assert.equal(requests[1].headers.get('Last-Event-ID'), '1');
    const once = ['connecting', 'connected', 'disconnected'];
    assert.deepEqual(states, [...once, ...once]);
  });

  test('disconnect() silences the client at any step of an attempt', async (t) => {
    for (let step = 0; step < 30; step += 1) {
      const { client, states, events } = scriptedClient(t, [open('data: a\n\n')]);
      client.connect();
      for (let n = 0; n < step; n += 1) await undefined;
      client.disconnect();
      const heard = [states.length, events.length];
      await settled();
      assert.deepEqual([states.length, events.length], heard, `at step ${step}`);
      assert.equal(states.at(-1), 'disconnected');
    }
  });

  test('disconnect() leaves no timer behind', async (t) => {
    const timers = () =>
      process.getActiveResourcesInfo().filter((what) => what === 'Timeout').length;
    const before = timers();
    for (const answer of [silent, refused, open()]) {
      const { client } = scriptedClient(t, [answer]);
      client.connect();
      await settled();
      assert.ok(timers() > before);
      client.disconnect();
      await settled();
      assert.equal(timers(), before);
    }
  });

  test('a signal disconnects, and its listener is removed afterwards', async (t) => {
    const controller = new AbortController();
    const { signal } = controller;
    const { client, states } = scriptedClient(t, [open()], { signal });
    const links = () => getEventListeners(signal, 'abort').length;
    client.connect();
    await settled();
    assert.equal(links(), 1);
    client.disconnect();
    assert.equal(links(), 0);
    client.connect();
    await settled();
    controller.abort();
    assert.deepEqual(states.slice(-2), ['connected', 'disconnected']);
    client.connect();
    await settled();
    assert.equal(client.getState(), 'disconnected', 'its signal is aborted');
  });

  test('disconnect() does not wait for a pending token, and a late token sends no request', async (t) => {
    let give;
    const token = () => new Promise((resolve) => (give = resolve));
    const { client, requests, states } = scriptedClient(t, [open()], { token });
    client.connect();
    await settled();
    client.disconnect();
    give('late');
    await settled();
    assert.deepEqual(states, ['connecting', 'disconnected']);
    assert.equal(requests.length, 0);
  });
});
