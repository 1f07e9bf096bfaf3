// Terminates workers with open connections. Their clients must see the end of the connection, and
// their threads must end.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import http from 'node:http';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { connectRaw } from '../clients/raw.mjs';
import { sluice } from '../site.mjs';
import { until } from '../until.mjs';

const threads = () => readdirSync('/proc/self/task').length;

async function oneWorker() {
  const worker = new Worker(new URL(import.meta.url));
  const [port] = await once(worker, 'message');
  const clients = [];
  for (let n = 0; n < 5; n += 1) {
    const client = await connectRaw({ port, host: '127.0.0.1' });
    clients.push(client.get());
    await client.has('data: native\n\n');
  }
  await worker.terminate();
  for (const client of clients) await client.eof();
}

if (isMainThread) {
  console.log('port 0');
  // The first worker also starts permanent threads, such as Node's thread pool.
  await oneWorker();
  const before = threads();
  for (let n = 0; n < 5; n += 1) await oneWorker();
  await until(
    () => threads() <= before,
    () => `${before} threads, but there are ${threads()}`,
  );
  console.log('threads are back');
} else {
  const channel = new sluice.Channel();
  setInterval(() => channel.send({ data: 'busy' }), 1);
  const server = http.createServer((req, res) => {
    const connection = new sluice.Connection(req, res, { pingInterval: 5 });
    channel.add(connection.send({ data: connection.transport }));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}
