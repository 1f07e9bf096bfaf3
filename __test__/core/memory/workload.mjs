// Uses all features of the core, for a memory checker. The argument is the number of rounds. Needs
// --expose-gc.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

const { Channel, Connection, SSEBroker } = sluice;
const OVERFLOWS = ['disconnect', 'drop-oldest', 'conflate', 'reread'];
const BIG = 'x'.repeat(32 << 10);
/** Enough events to exceed the kernel buffers and the queue. */
const MANY = 150;
const LAST = 'event: last';
/** The length of the text that a client keeps, in characters. */
const KEPT = 64 << 10;

/** A client that keeps only the end of its text, because copies are slow under a checker. */
class Client {
  text = '';
  isOver = false;

  constructor(port, path, headers) {
    this.socket = net.connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1').on('data', (text) => {
      this.text = (this.text + text).slice(-KEPT);
    });
    for (const event of ['error', 'end', 'close']) {
      this.socket.on(event, () => {
        this.isOver = true;
      });
    }
    this.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
  }

  has(text) {
    return until(
      () => this.isOver || this.text.includes(text),
      () => `${text} in ${this.text.slice(-300)}`,
    );
  }

  over() {
    return until(() => this.isOver, 'the end of a connection');
  }
}

async function serve(open) {
  const server = http.createServer(open);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    client: (path = '/', headers = '') => new Client(port, path, headers),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Clients that read and clients that do not, with each overflow policy. */
async function slowReaders(transport, overflow) {
  const channel = new Channel({ historySize: 100, overflow, key: ({ data }) => data.slice(0, 1) });
  let opened = 0;
  const site = await serve((req, res) => {
    opened += 1;
    const options = { transport, ping: true, pingInterval: 5, maxQueueBytes: 128 << 10 };
    channel.add(new Connection(req, res, { ...options, stallTimeout: 200 }));
  });
  const clients = [];
  for (let count = 0; count < 6; count += 1) clients.push(site.client());
  await until(() => opened === clients.length, 'the members');
  const [slow, slower, ...readers] = clients;
  slow.socket.pause();
  slower.socket.pause();
  for (let number = 0; number < MANY; number += 1) {
    channel.send({ data: `${number % 10} ${BIG}` });
    if (number % 10 === 0) await turn();
  }
  slow.socket.resume();
  channel.send({ event: 'last', data: 'a' });
  for (const client of readers) await client.has(LAST);
  slower.socket.resetAndDestroy();
  readers[0].socket.destroy();
  await until(() => channel.count() <= clients.length - 2, 'the clients to leave');
  for (const connection of channel.connections()) connection.end();
  channel.close();
  await site.close();
}

/** Clients that return to histories and states, and with a snapshot. */
async function returning(transport) {
  const news = new Channel({ historySize: 50 });
  const prices = new Channel({ keep: 'latest', key: ({ data }) => String(data.product) });
  const snapshot = async () => {
    await turn();
    return [{ event: 'snapshot', data: 'all' }];
  };
  const site = await serve((req, res) => {
    const connection = new Connection(req, res, { transport, resume: 'manual', onGap: 'reset' });
    news.add(connection, req.url === '/snapshot' ? { snapshot } : undefined);
    prices.add(connection);
    connection.resume();
  });
  let cursor = '';
  for (const path of ['/', '/', '/snapshot', '/gap', '/']) {
    const id = path === '/gap' ? 'Last-Event-ID: unknown\r\n' : cursor;
    const client = site.client(path, id);
    for (let number = 0; number < 80; number += 1) {
      news.send({ data: number });
      prices.send({ data: { product: number % 7, price: number } });
      if (number % 9 === 0) prices.send({ data: { product: number % 7 } }, { remove: true });
      if (number % 20 === 0) await turn();
    }
    news.send({ event: 'last', data: path });
    await client.has(LAST);
    cursor = `Last-Event-ID: ${/^id: (.*)$/m.exec(client.text)[1]}\r\n`;
    client.socket.destroy();
  }
  await news.drain({ within: 0 });
  prices.close();
  await site.close();
}

/** Streams in each coding, to clients that stay and one that leaves. */
async function compressed(transport) {
  const channel = new Channel({ historySize: 50 });
  const options = { transport, compress: ['zstd', 'gzip'], pingInterval: 5 };
  const site = await serve((req, res) => channel.add(new Connection(req, res, options)));
  const open = (coding) => site.client('/', `Accept-Encoding: ${coding}\r\n`);
  const clients = ['gzip', 'zstd', 'gzip', 'zstd', 'identity'].map(open);
  await until(() => channel.count() === clients.length, 'the members');
  for (let number = 0; number < MANY; number += 1) {
    channel.send({ data: { number, square: number * number } });
    if (number % 10 === 0) await turn();
  }
  clients[0].socket.destroy();
  await channel.end({ event: 'last', data: 'a' });
  for (const client of clients.slice(1)) await client.over();
  channel.close();
  await site.close();
}

/** Topics, patterns and sessions. */
async function brokers() {
  const broker = new SSEBroker({ wildcards: true, sessionTimeout: 50, heartbeatInterval: 10 });
  const site = await serve((req, res) => {
    const { id, topics } = broker.connect(req, res);
    topics.add('all').add(`own.${id}`).add('own.*');
  });
  const clients = [];
  for (let count = 0; count < 5; count += 1) clients.push(site.client());
  await until(() => clients.every(({ text }) => text.includes('200')), 'the heads');
  for (let number = 0; number < 200; number += 1) {
    broker.broadcastToTopic(number % 2 ? 'all' : `own.${number}`, { data: number });
    if (number % 20 === 0) await turn();
  }
  broker.broadcastToTopic('all', { event: 'last', data: 'now' });
  for (const client of clients) await client.has(LAST);
  clients[0].socket.destroy();
  await broker.drain({ within: 10, event: { event: 'bye', data: 'now' } });
  await site.close();
}

/** Loops in this process: slow, abandoned, disconnected and ended. */
async function loops() {
  const alive = setInterval(() => {}, 1000);
  const channel = new Channel({ historySize: 20 });
  const { id } = await channel.publish({ data: 0 });
  const [left, ended] = [channel.events(), channel.events({ after: id, onGap: 'reset' })];
  const slow = channel.events({ maxQueueBytes: 1 });
  channel.send({ data: 1 });
  for (const events of [left, ended, slow]) await events.next();
  await left.return();
  for (let count = 0; count < MANY; count += 1) channel.send({ data: BIG });
  try {
    for await (const { data } of slow) if (data === 0) break;
  } catch (error) {
    if (error.code !== 'ERR_SSE_DISCONNECTED') throw error;
  }
  const rest = channel.events({ after: id, onGap: 'all' });
  channel.close();
  for (const events of [ended, rest]) for await (const _ of events);
  clearInterval(alive);
}

/** Every kind of event on a single connection, and rejected events. */
async function single(transport) {
  const site = await serve(async (req, res) => {
    const connection = new Connection(req, res, { transport, retry: 1000 });
    connection.send({ id: 'a', event: 'b', data: 'c\nd', retry: 5, comment: 'e' }).comment('f');
    connection.write('data: text\n\n').send({ data: { list: [1, null] } });
    connection.setPing(1);
    connection.setTimeout(60_000);
    for (const bad of [{}, { id: 'a\nb' }, { event: 'c\r' }]) {
      try {
        connection.send(bad);
      } catch (error) {
        if (!error.code?.startsWith('ERR_SSE_')) throw error;
      }
    }
    const source = (async function* () {
      for (let number = 0; number < 50; number += 1) yield { data: number };
      yield { event: 'last', data: 'now' };
    })();
    await connection.stream(source).catch(() => {});
    for (const last of ['\n', 'ata: c\r\r', 'ta: \0\nid: \0\n\n']) {
      const frames = ['\uFEFFdata: a\r\n', '\nda', 'ta: b\n\nd', last];
      await connection.stream(frames, { frames: true, onError: 'keep' }).catch(() => {});
    }
    if (req.url === '/end') connection.end();
    else connection.destroy();
  });
  for (const path of ['/end', '/destroy']) {
    const client = site.client(path);
    await client.over();
  }
  const early = site.client('/end');
  await once(early.socket, 'connect');
  early.socket.resetAndDestroy();
  await site.close();
}

/** Workers that end while they send events. */
async function workers() {
  for (const ending of ['terminate', 'exit']) {
    const worker = new Worker(new URL(import.meta.url), { execArgv: [] });
    const [port] = await once(worker, 'message');
    const clients = [];
    for (let count = 0; count < 3; count += 1) {
      const client = new Client(port, '/', '');
      clients.push(client);
      await client.has('data: busy\n\n');
    }
    const exit = once(worker, 'exit');
    if (ending === 'terminate') await worker.terminate();
    else worker.postMessage('exit');
    await exit;
    for (const client of clients) await client.over();
  }
}

async function work() {
  const channel = new Channel();
  setInterval(() => channel.send({ data: 'busy' }), 1);
  const site = await serve((req, res) =>
    channel.add(new Connection(req, res, { pingInterval: 5 })),
  );
  parentPort.on('message', () => process.exit());
  parentPort.postMessage(site.port);
}

async function main() {
  const rounds = Number(process.argv[2] ?? 1);
  for (let round = 1; round <= rounds; round += 1) {
    for (const transport of ['auto', 'stream']) {
      for (const overflow of OVERFLOWS) await slowReaders(transport, overflow);
      await returning(transport);
      await compressed(transport);
      await single(transport);
    }
    await brokers();
    await loops();
    await workers();
    globalThis.gc();
    await turn();
    const { rss } = process.memoryUsage();
    console.log(JSON.stringify({ round, rss, ...sluice.metrics() }));
  }
}

await (isMainThread ? main() : work());
