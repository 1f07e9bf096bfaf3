// Runs in its own network namespace. Takes the network down while a connection is open, and prints
// the reason why the connection closed.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { sluice } from '../site.mjs';

const loopback = (state) => execFileSync('ip', ['link', 'set', 'lo', state]);

loopback('up');
const server = http.createServer((req, res) => {
  const connection = new sluice.Connection(req, res, { pingInterval: 100, stallTimeout: 1000 });
  connection.on('close', (reason) => {
    console.log(`closed: ${reason}`);
    process.exit();
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const client = net.connect(server.address().port, '127.0.0.1');
client.on('error', () => {});
client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
await once(client, 'data');
loopback('down');
