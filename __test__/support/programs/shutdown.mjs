// Serves a channel, and shuts down on a signal. The argument is JSON: the `server`, the `options`
// of gracefulShutdown(), the `transport`, whether to `block` JavaScript after the signal,
// whether it `publishes` the lines of its standard input, and whether a timer `stays`.
import { readSync } from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createInterface } from 'node:readline';
import { certificate } from '../certificate.mjs';
import { fastifyApp } from '../fastify-app.mjs';
import { sluice } from '../site.mjs';

const given = JSON.parse(process.argv[2]);
const channel = new sluice.Channel(given.publishes && { ids: 'manual' });
let count = 0;

function open(req, res, adapter) {
  if (req.url === '/plain') return res.end('plain');
  if (req.url === '/late')
    return process.once('SIGTERM', () => setImmediate(() => res.end('late')));
  if (req.url === '/send') return res.end(channel.send({ data: 'hello' }) && 'sent');
  const options = { ping: false, maxQueueBytes: 2 ** 26, transport: given.transport };
  const connection = adapter ? adapter(options) : new sluice.Connection(req, res, options);
  channel.add(connection);
  connection.on('close', (reason) => console.log(`closed: ${reason}`));
  count += 1;
  console.log(`open ${count}`);
}

const servers = {
  http: () => http.createServer(open),
  https: () => https.createServer(certificate(), open),
  http2: () => http2.createSecureServer(certificate(), open),
  fastify: () => fastifyApp(open),
};
const server = await servers[given.server]();
const shutdown = sluice.gracefulShutdown(server, given.options);
const { done } = shutdown;
done.then((result) => console.log(`done ${JSON.stringify(result)}`));
// This is much longer than the test.
if (given.server !== 'fastify') server.keepAliveTimeout = 2 ** 31 - 1;
process.on('SIGUSR2', () => {
  shutdown.close();
  console.log('closed the handle');
});
if (given.block) {
  process.on('SIGTERM', () => {
    console.log('blocked');
    readSync(0, Buffer.alloc(1));
    console.log('free');
  });
}
if (given.stays) setInterval(() => {}, 1000);
if (given.publishes) {
  const lines = createInterface({ input: process.stdin.unref() });
  lines.on('line', (line) => channel.send(JSON.parse(line)));
}
process.on('exit', (code) => console.log(`exit ${code}`));

if (given.server === 'fastify') {
  await server.listen({ port: 0, host: '127.0.0.1' });
  console.log(`port ${server.server.address().port}`);
} else {
  server.on('close', () => console.log('server closed'));
  server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
}
