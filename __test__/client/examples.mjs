// Runs the examples of examples.md. Each test is named after its section.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { describe, test } from 'node:test';
import ts from 'typescript5';
import * as client from '../../client/index.js';
import { resolveOptions } from '../../client/options.js';
import { sluice } from '../support/site.mjs';
import { until } from '../support/until.mjs';

const file = readFileSync(new URL('examples.md', import.meta.url), 'utf8');

/** The text of each section, by its heading. */
const sections = Object.fromEntries(
  file.split(/^### /m).map((text) => [text.slice(0, text.indexOf('\n')), text]),
);
const code = (heading) => sections[heading].match(/```typescript\n([\s\S]*?)```/)[1];

/**
 * Runs the examples of these sections as one module with these globals. Returns one of its
 * variables.
 */
function run(headings, variable, globals) {
  const source = `${headings.map(code).join('\n')}\nexport const result = ${variable};`;
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const exports = {};
  const load = (name) => {
    assert.equal(name, 'sluice/client');
    return client;
  };
  const names = Object.keys(globals);
  const values = Object.values(globals);
  new Function('require', 'exports', ...names, outputText)(load, exports, ...values);
  return exports.result;
}

/** Sets `location` to a page of a server that has a channel at every path. */
async function page(t) {
  const channels = new Map();
  const channel = (path) => {
    if (!channels.has(path)) channels.set(path, new sluice.Channel());
    return channels.get(path);
  };
  const server = http.createServer((req, res) => {
    channel(req.url).add(new sluice.Connection(req, res, { retry: 1 }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  globalThis.location = { href: `http://127.0.0.1:${server.address().port}/index.html` };
  t.after(() => {
    delete globalThis.location;
    const manager = client.getSSEManager();
    for (const name of ['notifications', 'main', 'logs']) manager.remove(name);
    manager.setDefaultConfig({});
    server.close();
    server.closeAllConnections();
  });
  return channel;
}

/** A console that records its log lines. */
function quiet(t) {
  const lines = [];
  t.mock.method(console, 'debug', () => {});
  return { lines, console: { ...console, log: (...words) => lines.push(words) } };
}

describe('the examples', () => {
  test('Setup', async (t) => {
    const channel = await page(t);
    quiet(t);
    const sse = run(['Setup'], 'sse', {});
    await until(() => sse.isConnected(), 'the connection');
    assert.equal(channel('/_sse/connect').count(), 1);
    assert.equal(client.connectSSE('notifications'), sse);
  });

  test('Event Handling', async (t) => {
    const channel = await page(t);
    const { lines, console } = quiet(t);
    const toasts = [];
    const globals = {
      console,
      showToast: (text) => toasts.push(text),
      handleAlert: () => assert.fail('it was unsubscribed'),
    };
    const sse = run(['Setup', 'Event Handling'], 'sse', globals);
    await until(() => sse.isConnected(), 'the connection');
    const events = channel('/_sse/connect');
    events.send({ event: 'alert', data: 'fire' });
    events.send({ data: { text: 'hello' } });
    events.send({ event: 'notification', data: { message: 'rain' } });
    events.send({ event: 'update', data: { key: 'count', value: 42 } });
    await until(() => lines.length === 2, 'all events');
    assert.deepEqual(lines, [['Received:', { text: 'hello' }], ['Update count to 42']]);
    assert.deepEqual(toasts, ['rain']);
  });

  test('Connection Management', async (t) => {
    const channel = await page(t);
    const { lines, console } = quiet(t);
    const sse = run(['Setup', 'Connection Management'], 'sse', { console });
    await until(() => sse.isConnected(), 'the connection');
    assert.deepEqual(
      lines,
      ['disconnected', 'connecting', 'connected'].map((state) => ['Connection status:', state]),
    );
    await until(() => channel('/_sse/connect').count() === 1, 'the first connection to leave');
  });

  test('SSE Configuration', () => {
    const rows = [...sections['SSE Configuration'].matchAll(/^\| `(\w+)` \| (?:`(.*)`|-) \|/gm)];
    const options = resolveOptions({ url: 'http://server.test/' });
    assert.equal(rows.length, 6);
    for (const [, name, value] of rows) {
      assert.ok(name in options);
      if (value !== undefined) assert.equal(String(options[name]), value, name);
    }
  });

  test('SSEManager (Advanced)', async (t) => {
    const channel = await page(t);
    const { main, logs } = run(['SSEManager (Advanced)'], '{ main, logs }', {});
    for (const [name, one] of Object.entries({ main, logs })) {
      assert.equal(one.getState(), 'disconnected');
      one.connect();
      await until(() => one.isConnected(), 'the connection');
      assert.equal(channel(`/_sse/${name}`).count(), 1);
    }
  });
});
