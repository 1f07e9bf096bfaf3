// Blocks its JavaScript thread while a connection is open, until it receives standard input.
import { readSync } from 'node:fs';
import http from 'node:http';
import { sluice } from '../site.mjs';

const options = { ping: false, timeout: 200 };

const broker = new sluice.SSEBroker({ heartbeat: 'event', heartbeatInterval: 50 });
const open = (req, res) =>
  process.argv[2] === 'heartbeat'
    ? broker.connect(req, res).connection
    : new sluice.Connection(req, res, options);

const server = http.createServer((req, res) => {
  const connection = open(req, res);
  connection.on('close', (reason) => console.log(`closed: ${reason}`));
  // The hand-over itself takes a few turns of the event loop.
  setTimeout(() => {
    connection.send({ data: 'blocked' });
    readSync(0, Buffer.alloc(1));
    console.log('free');
    connection.send({ data: 'free' });
    server.close();
    setTimeout(() => connection.end(), 200);
  }, 100);
});

server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
