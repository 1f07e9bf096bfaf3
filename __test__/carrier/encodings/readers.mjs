import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { connectSSE } from '../../../client/index.js';
import { describeInBrowser, openPages } from '../../support/browser.mjs';
import { withoutZstd } from '../../support/clients/decoded.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { sluice } from '../../support/site.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { serve } from './serve.mjs';

const { Channel, Connection } = sluice;

for (const coding of ['gzip', 'zstd']) {
  const skip = coding === 'zstd' && withoutZstd;

  test(`fetch() reads ${coding} event by event`, { ...SOON, skip }, async (t) => {
    const { origin, connections } = await serve(t, { compress: [coding] });
    const response = await fetch(origin, { headers: { 'Accept-Encoding': coding } });
    assert.equal(response.headers.get('content-encoding'), coding);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let n = 0; n < 20; n += 1) {
      connections[0].send({ data: n });
      while (!text.endsWith(`data: ${n}\n\n`)) text += (await reader.read()).value;
    }
    connections[0].end();
    assert.equal((await reader.read()).done, true);
  });

  test(`the client reads ${coding} and resumes`, { ...SOON, skip }, async (t) => {
    const channel = new Channel({ historySize: 100 });
    const { origin, connections } = await serve(t, { compress: [coding], retry: 1 }, (it) =>
      channel.add(it),
    );
    const got = [];
    const options = { url: origin, headers: { 'Accept-Encoding': coding } };
    const client = connectSSE(`reads ${coding}`, options);
    t.after(() => client.disconnect());
    client.on('message', ({ data }) => got.push(data));
    await until(() => connections.length === 1, 'the connection');
    for (let n = 0; n < 20; n += 1) channel.send({ data: n });
    await until(() => got.length === 20, 'the events');
    await connections[0].end();
    for (let n = 20; n < 40; n += 1) channel.send({ data: n });
    await until(() => got.length === 40, 'the missed events');
    assert.deepEqual(got, [...got.keys()]);
  });
}

/** A page whose EventSource reads a channel, which the core compresses. */
async function openPage(t, compress) {
  const channel = new Channel({ historySize: 1000 });
  const accepted = [];
  const connections = [];
  const server = http.createServer((req, res) => {
    if (req.url !== '/events') {
      res.setHeader('Content-Type', 'text/html').end('<link rel="icon" href="data:,">');
      return;
    }
    accepted.push(req.headers['accept-encoding']);
    const connection = new Connection(req, res, { compress, retry: 10 });
    connections.push(connection);
    channel.add(connection);
  });
  const running = await listen(server, 'http', connectHTTP1);
  t.after(() => running.close());
  const { pages, faults } = await openPages(t, running.origin, 1);
  const response = pages[0].waitForResponse((it) => it.url().endsWith('/events'));
  await pages[0].evaluate(() => {
    globalThis.got = [];
    const source = new EventSource('/events');
    source.onmessage = ({ data }) => globalThis.got.push(Number(data));
  });
  const headers = (await response).headers();
  await until(() => connections.length === 1, 'the connection');
  const hasGot = async (count) => {
    await pages[0].waitForFunction((count) => globalThis.got.length >= count, count);
    const got = await pages[0].evaluate(() => globalThis.got);
    assert.deepEqual(got, [...Array(count).keys()]);
  };
  return { channel, accepted, connections, headers, faults, hasGot };
}

describeInBrowser('EventSource in Chromium', () => {
  for (const coding of ['gzip', 'zstd']) {
    test(`reads ${coding} event by event and resumes`, SOON, async (t) => {
      const page = await openPage(t, [coding]);
      const { channel, accepted, connections, headers, faults, hasGot } = page;
      // Every version of Chromium accepts gzip.
      if (coding === 'zstd' && !accepted[0].includes(coding)) {
        return t.skip(`Chromium accepts ${accepted[0]}`);
      }
      assert.equal(headers['content-encoding'], coding);
      for (let n = 0; n < 20; n += 1) {
        channel.send({ data: n });
        await hasGot(n + 1);
      }
      for (let n = 20; n < 500; n += 1) channel.send({ data: n });
      await hasGot(500);
      await connections[0].end();
      for (let n = 500; n < 600; n += 1) channel.send({ data: n });
      await hasGot(600);
      assert.equal(connections.length, 2);
      assert.deepEqual(faults, []);
    });
  }
});
