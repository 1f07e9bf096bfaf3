// Tests servers behind nginx, over HTTP/1 and HTTP/2.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as express from '../support/servers/express5.mjs';
import * as fastify from '../support/servers/fastify.mjs';
import { site } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import channel from './cases/channel.mjs';
import frames from './cases/frames.mjs';
import { behind, CLIENTS } from './nginx/behind.mjs';
import { cases } from './nginx/cases.mjs';
import { withoutNginx } from './nginx/proxy.mjs';

const skip = withoutNginx();

/**
 * Checks that nginx buffers a response without our headers. The number of events that arrive early
 * would depend on the protocol and on chance, so this case sends none: even the head arrives late.
 */
async function holdsBack(t, server) {
  const { open } = await site(t, server);
  const start = performance.now();
  const headers = { 'X-Accel-Buffering': undefined };
  const { client } = await open({ headers, maxLifetime: 300, maxLifetimeJitter: 0 });
  assert.ok(performance.now() - start >= 290, 'the head came before the end');
  assert.equal(await client.over(), 'clean');
}

/** By default, nginx speaks HTTP/1.0 to its upstream. */
const UPSTREAM = {
  'HTTP/1.0': {},
  'HTTP/1.1': { location: 'proxy_http_version 1.1; proxy_set_header Connection "";' },
};

for (const server of [express, fastify]) {
  for (const [version, client] of Object.entries(CLIENTS)) {
    describe(`${server.title} behind nginx, ${version}`, () => {
      for (const [upstream, settings] of Object.entries(UPSTREAM)) {
        const through = (more) => behind(server, client, { ...settings, ...more });
        describe(`upstream over ${upstream}`, () => {
          for (const [title, run] of Object.entries(cases)) {
            test(title, { ...SOON, skip }, (t) => run(t, through));
          }
        });
      }

      test('gzip for text/event-stream does not delay events', { ...SOON, skip }, async (t) => {
        const http = 'gzip on; gzip_proxied any; gzip_types text/event-stream; gzip_min_length 0;';
        const { open } = await site(t, behind(server, client, { http }));
        const ends = await open({}, { headers: { 'Accept-Encoding': 'gzip' } });
        assert.equal(ends.client.headers['content-encoding'], 'gzip');
        for (let n = 1; n <= 20; n += 1) {
          ends.connection.send({ data: n });
          assert.equal((await ends.client.count(n)).at(-1), String(n));
        }
      });
    });
  }

  for (const [upstream, settings] of Object.entries(UPSTREAM)) {
    const title = `nginx buffers ${server.title} without our headers, upstream over ${upstream}`;
    const buffered = behind(server, CLIENTS['HTTP/1.1'], settings);
    test(title, { ...SOON, skip }, (t) => holdsBack(t, buffered));
  }

  describe(`${server.title} behind nginx, other cases`, () => {
    for (const [title, run] of Object.entries({ ...frames, ...channel })) {
      test(title, { ...SOON, skip }, (t) => run(t, behind(server, CLIENTS['HTTP/1.1'])));
    }
  });
}
