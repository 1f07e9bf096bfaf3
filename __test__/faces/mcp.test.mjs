// Stored messages and shared events of MCP servers, with both versions of the SDK.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import * as sdk from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createMcpHandler, McpServer as McpServer2 } from '@modelcontextprotocol/server';
import { createParser } from 'eventsource-parser';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const { memoryBackplane } = require('../../backplane.js');
const { eventStore, serverEventBus } = require('../../mcp.js');
const { createRuns } = require('../../runs.js');

const authorize = () => false;
const message = (number) => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { number },
});
const session = { session: 'one', principal: 'ann' };

/** Keeps the process alive, because streams in memory do not. */
let alive;
before(() => {
  alive = setInterval(() => {}, 1000);
});
after(() => clearInterval(alive));

async function replay(store, id) {
  const sent = [];
  const send = async (eventId, { params }) => sent.push([eventId, params.number]);
  const stream = await store.replayEventsAfter(id, { send });
  return { stream, sent };
}

function runsOf(t, options) {
  const runs = createRuns({ authorize, ...options });
  t.after(() => runs.close());
  return runs;
}

describe('eventStore()', SOON, () => {
  test('replays the messages after an id, without the empty message that begins a stream', async (t) => {
    const store = eventStore(runsOf(t), session);
    const first = await store.storeEvent('a', {});
    const ids = [];
    for (const number of [1, 2, 3]) ids.push(await store.storeEvent('a', message(number)));
    await store.storeEvent('b', message(9));
    const expected = ids.map((id, index) => [id, index + 1]);
    assert.deepEqual(await replay(store, first), { stream: 'a', sent: expected });
    assert.deepEqual(await replay(store, ids[1]), { stream: 'a', sent: expected.slice(2) });
    assert.equal(await store.getStreamIdForEventId(ids[0]), 'a');
    assert.equal(await store.getStreamIdForEventId('nonsense'), undefined);
  });

  test('keeps its streams when others request unknown ones', async (t) => {
    const runs = runsOf(t, { maxRuns: 2 });
    const store = eventStore(runs, session);
    const first = await store.storeEvent('a', message(1));
    await store.storeEvent('a', message(2));
    const other = eventStore(runs, { session: 'two', principal: 'bob' });
    for (const name of ['x', 'y', 'z']) {
      const id = `${Buffer.from(name).toString('base64url')}~1`;
      await assert.rejects(replay(other, id), { code: 'ERR_SSE_CURSOR' });
    }
    const { sent } = await replay(store, first);
    assert.deepEqual(
      sent.map(([, number]) => number),
      [2],
    );
  });

  test('replays messages only to the same session and principal', async (t) => {
    const runs = runsOf(t);
    const store = eventStore(runs, session);
    // The SDK uses the same stream name in every session.
    const first = await store.storeEvent('_GET_stream', message(1));
    await store.storeEvent('_GET_stream', message(2));
    const others = [
      eventStore(runs, { ...session, session: 'two' }),
      eventStore(runs, { ...session, principal: 'bob' }),
      eventStore(runs, { ...session, principal: null }),
      eventStore(runs, { principal: 'ann","one', session: '_GET_stream' }),
    ];
    for (const other of others) {
      const { sent } = await replay(other, first).catch(({ code }) => {
        assert.equal(code, 'ERR_SSE_CURSOR');
        return { sent: [] };
      });
      assert.deepEqual(sent, []);
    }
  });

  test('reports that messages are no longer stored', async (t) => {
    const store = eventStore(runsOf(t, { maxEvents: 2 }), session);
    const first = await store.storeEvent('a', message(0));
    for (const number of [1, 2, 3]) await store.storeEvent('a', message(number));
    await assert.rejects(replay(store, first), { code: 'ERR_SSE_CURSOR' });
    await assert.rejects(replay(store, 'nonsense'), { code: 'ERR_SSE_CURSOR' });
  });

  test('keeps at most maxRuns streams, each for `ttl`', async (t) => {
    const few = eventStore(runsOf(t, { maxRuns: 1 }), session);
    const first = await few.storeEvent('a', message(1));
    await few.storeEvent('b', message(1));
    await assert.rejects(replay(few, first), { code: 'ERR_SSE_CURSOR' });
    const brief = eventStore(runsOf(t, { ttl: 1 }), session);
    const old = await brief.storeEvent('a', message(1));
    await brief.storeEvent('a', message(2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await assert.rejects(replay(brief, old), { code: 'ERR_SSE_CURSOR' });
  });

  test('is shared by all processes', async (t) => {
    const shared = () => {
      const retain = { events: 20_000 };
      const backplane = memoryBackplane({ name: 'mcp-store', retain });
      t.after(() => backplane.close());
      return eventStore(runsOf(t, { backplane }), session);
    };
    const [here, there] = [shared(), shared()];
    const first = await here.storeEvent('a', message(1));
    const second = await here.storeEvent('a', message(2));
    assert.deepEqual((await replay(there, first)).sent, [[second, 2]]);
  });

  test('checks its arguments', (t) => {
    const runs = runsOf(t);
    assert.throws(() => eventStore({}, session), { code: 'ERR_SSE_TYPE' });
    for (const options of [undefined, {}, { session: 'one' }, { ...session, sesion: 1 }]) {
      assert.throws(() => eventStore(runs, options), { code: 'ERR_SSE_OPTION' });
    }
  });

  test('resumes a stream of the SDK', async (t) => {
    const runs = runsOf(t);
    const transport = new sdk.WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => 'one',
      eventStore: eventStore(runs, session),
    });
    const server = new McpServer(
      { name: 'test', version: '1.0.0' },
      { capabilities: { logging: {} } },
    );
    await server.connect(transport);
    const accept = 'application/json, text/event-stream';
    const headers = { accept, 'content-type': 'application/json' };
    const call = (method, body, more) => {
      const init = { method, headers: { ...headers, ...more }, body };
      return transport.handleRequest(new Request('http://local/mcp', init));
    };
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'test', version: '1.0.0' },
      },
    };
    const begun = await call('POST', JSON.stringify(initialize));
    await begun.text();
    const known = { 'mcp-session-id': 'one', 'mcp-protocol-version': '2025-11-25' };
    const events = [];
    const read = async (response, count) => {
      const parser = createParser({ onEvent: (event) => events.push(event) });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      while (events.filter(({ data }) => data).length < count) {
        parser.feed(decoder.decode((await reader.read()).value, { stream: true }));
      }
      await reader.cancel();
    };
    const log = (text) => server.server.sendLoggingMessage({ level: 'info', data: text });
    const first = await call('GET', undefined, known);
    await log('one');
    await read(first, 1);
    // The client is disconnected.
    await log('two');
    const { id } = events.at(-1);
    const second = await call('GET', undefined, { ...known, 'last-event-id': id });
    assert.equal(second.status, 200);
    await log('three');
    await read(second, 3);
    const texts = events.filter(({ data }) => data).map(({ data }) => JSON.parse(data).params.data);
    assert.deepEqual(texts, ['one', 'two', 'three']);
    await server.close();
  });
});

describe('serverEventBus()', SOON, () => {
  test('carries the events of a handler to other processes', async (t) => {
    const process = () => {
      const backplane = memoryBackplane({ name: 'mcp-bus' });
      t.after(() => backplane.close());
      return serverEventBus(backplane);
    };
    const [here, there] = [process(), process()];
    const heard = [];
    const stop = there.subscribe((event) => heard.push(['there', event]));
    const stopHere = here.subscribe((event) => heard.push(['here', event]));
    const server = () => new McpServer2({ name: 'test', version: '1.0.0' });
    const handler = createMcpHandler(server, { bus: here });
    await until(() => {
      handler.notify.toolsChanged();
      return heard.some(([where]) => where === 'there');
    }, 'an event in the other process');
    await until(() => heard.some(([where]) => where === 'here'), 'an event here');
    assert.deepEqual(heard[0][1], { kind: 'tools_list_changed' });
    for (const unsubscribe of [stop, stop, stopHere]) unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const count = heard.length;
    handler.notify.resourceUpdated('file:///a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(heard.length, count);
    await handler.close?.();
  });

  test('checks its arguments', () => {
    assert.throws(() => serverEventBus({}), { code: 'ERR_SSE_OPTION' });
    const bus = serverEventBus(memoryBackplane({ name: 'mcp-checks' }));
    assert.throws(() => bus.subscribe('listener'), { code: 'ERR_SSE_TYPE' });
  });
});
