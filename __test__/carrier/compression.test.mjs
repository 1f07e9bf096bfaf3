// The cases of the conformance tests, over streams that the core compresses.
import { describe, test } from 'node:test';
import { withoutZstd } from '../support/clients/decoded.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { connectHTTP2 } from '../support/clients/http2.mjs';
import { compressed } from '../support/compressed.mjs';
import * as express from '../support/servers/express5.mjs';
import * as fastify from '../support/servers/fastify.mjs';
import * as http from '../support/servers/node-http.mjs';
import * as stream from '../support/servers/node-http-stream.mjs';
import * as http2 from '../support/servers/node-http2.mjs';
import { SOON } from '../support/soon.mjs';
import channel from './cases/channel.mjs';
import frames from './cases/frames.mjs';
import head from './cases/head.mjs';
import life from './cases/life.mjs';
import pressure from './cases/pressure.mjs';

const SERVERS = [
  compressed(http, connectHTTP1, 'gzip'),
  compressed(stream, connectHTTP1, 'gzip'),
  compressed(express, connectHTTP1, 'gzip'),
  compressed(fastify, connectHTTP1, 'gzip'),
  compressed(http2, connectHTTP2, 'gzip'),
  { ...compressed(http, connectHTTP1, 'zstd'), skip: withoutZstd },
  { ...compressed(stream, connectHTTP1, 'zstd'), skip: withoutZstd },
];

for (const server of SERVERS) {
  describe(server.title, { skip: server.skip }, () => {
    const cases = { ...channel, ...frames, ...head, ...life, ...pressure };
    for (const [title, run] of Object.entries(cases)) {
      test(title, { ...SOON, skip: server.skips?.[title] }, (t) => run(t, server));
    }
  });
}
