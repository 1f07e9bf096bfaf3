// A process with channels on a backplane, which the tests tell what to do.
import http from 'node:http';
import { createRequire } from 'node:module';
import { sluice } from '../support/site.mjs';

const { redisBackplane } = createRequire(import.meta.url)('../../redis.js');
const {
  backplane: options,
  channels: names,
  channel: given,
  connection,
} = JSON.parse(process.argv[2]);

const backplane = redisBackplane(options);
// Functions cannot be passed to a process.
const latest = given?.keep === 'latest' ? { key: ({ event }) => event } : {};
const channels = new Map(
  names.map((name) => [name, new sluice.Channel({ ...given, ...latest, name, backplane })]),
);

const server = http.createServer((req, res) => {
  const wanted = new URL(req.url, 'http://localhost').searchParams.getAll('channel');
  const opened = new sluice.Connection(req, res, { ping: false, ...connection });
  opened.on('gap', ({ channel }) => {
    for (const [name, one] of channels) if (one === channel) process.send({ gap: name });
  });
  for (const name of wanted) channels.get(name).add(opened);
});

const commands = {
  send: ({ channel, event }) => void channels.get(channel).send(event),
  publish: ({ channel, event }) => channels.get(channel).publish(event),
  state: () => backplane.state,
  count: ({ channel }) => channels.get(channel).count(),
  close: () => backplane.close(),
  /** Blocks JavaScript for so long. */
  block: ({ milliseconds }) => {
    process.send({ blocking: true });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
  },
};

process.once('disconnect', () => process.exit());
process.on('message', async ({ number, name, ...words }) => {
  try {
    process.send({ number, answer: await commands[name](words) });
  } catch (error) {
    process.send({ number, code: error.code, message: error.message });
  }
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
