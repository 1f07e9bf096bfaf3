// Tests that common decoders, including a browser, read events as they were sent.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { chromium } from 'playwright-core';
import { decoded, event } from '../support/arbitrary-event.mjs';
import * as server from '../support/servers/node-http.mjs';
import { site, sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

const seed = Date.now() % 2 ** 31;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const noChromium = existsSync(executablePath) ? false : `Chromium not found at ${executablePath}`;

/** Runs in Node and in a page. Collects events until one called `done`, and returns them. */
function listen({ url, names }) {
  const source = new EventSource(url);
  const received = [];
  return new Promise((resolve) => {
    for (const name of names) {
      source.addEventListener(name, ({ type, data, lastEventId }) => {
        if (type !== 'done') return received.push({ type, data, lastEventId });
        source.close();
        return resolve(received);
      });
    }
  });
}

/** Runs a function in a page of Chromium with the server's origin. */
async function inChromium(t, origin, run, argument) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${origin}/page`);
  return page.evaluate(run, argument);
}

/** Starts a server with an empty page, and with a stream that `serve` fills. */
async function streaming(t, serve) {
  const running = await server.start((req, res) => {
    if (req.url === '/events') return serve(new sluice.Connection(req, res, { retry: 1 }));
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    return res.end('<!doctype html><title>page</title>');
  });
  t.after(() => running.close());
  return running.origin;
}

test('the npm package eventsource-parser decodes every event as it was sent', SOON, async (t) => {
  const { open } = await site(t, server);
  const { connection, client } = await open();
  let run = 0;
  const property = fc.asyncProperty(
    fc.array(event, { maxLength: 20 }),
    fc.integer({ min: 1, max: 50 }),
    async (events, size) => {
      run += 1;
      client.text = '';
      for (const one of events) connection.send(one);
      const marker = `: the end of run ${run} of ${seed}\n\n`;
      connection.write(marker);
      const text = await client.has(marker);

      const received = [];
      const parser = createParser({
        onEvent: ({ id, event: type = 'message', data }) => received.push({ id, type, data }),
        onError: (error) => assert.fail(error),
      });
      for (let at = 0; at < text.length; at += size) parser.feed(text.slice(at, at + size));
      const expected = decoded(events).map(({ type, data }, n) => {
        return { id: events[n].id?.toWellFormed(), type, data };
      });
      assert.deepEqual(received, expected);
    },
  );
  await fc.assert(property, { seed, numRuns: 150 });
});

const batch = () => fc.sample(event, { seed, numRuns: 600 });

const clients = {
  'the npm package eventsource': {
    decode: (_t, _origin, argument) => listen(argument),
    // This client sends its cursor with fetch, whose headers are only safe for ASCII.
    id: (n) => `Nr. ${n}`,
    // This client reports the event's own id instead of the cursor.
    lastEventId: (event) => event.id?.toWellFormed() ?? '',
  },
  Chromium: {
    decode: (t, origin, argument) => inChromium(t, origin, listen, argument),
    id: (n) => `Nº ${n} ☀`,
    skip: noChromium,
  },
};

for (const [name, { decode, id, lastEventId, skip = false }] of Object.entries(clients)) {
  const options = { ...SOON, skip };

  test(`${name} decodes every event as it was sent`, options, async (t) => {
    const events = batch();
    const expected = decoded(events);
    if (lastEventId) {
      for (const [n, event] of events.entries()) expected[n].lastEventId = lastEventId(event);
    }
    const origin = await streaming(t, (connection) => {
      for (const one of events) connection.send(one);
      connection.send({ event: 'done', data: '' });
    });
    const names = [...new Set(['done', ...expected.map(({ type }) => type)])];
    const received = await decode(t, origin, { url: `${origin}/events`, names });
    assert.deepEqual(received, expected, `with seed ${seed}`);
  });

  test(`${name} reconnects and receives the events that it missed`, options, async (t) => {
    const channel = new sluice.Channel();
    const gaps = [];
    let visits = 0;
    const origin = await streaming(t, (connection) => {
      visits += 1;
      connection.on('gap', (gap) => gaps.push(gap));
      channel.add(connection);
      if (visits === 4) return channel.send({ event: 'done', data: '' });
      channel.send({ id: id(visits), data: `live ${visits}` });
      connection.end();
      return channel.send({ id: `${id(visits)} missed`, data: `missed ${visits}` });
    });
    const received = await decode(t, origin, {
      url: `${origin}/events`,
      names: ['message', 'done'],
    });
    const expected = [1, 2, 3].flatMap((n) => [`live ${n}`, `missed ${n}`]);
    assert.deepEqual(
      received.map(({ data }) => data),
      expected,
    );
    assert.deepEqual(gaps, []);
    assert.equal(visits, 4);
  });
}
