// Opens two streams and drains. Prints the drain messages and the status of a refusal.
import { subscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

const require = createRequire(import.meta.url);
const { Channel, Connection, drain } = require('../../../index.js');
const { memoryBackplane } = require('../../../backplane.js');

const heard = [];
subscribe('sluice:drain', (message) => heard.push(message));
const backplane = memoryBackplane();
const shared = new Channel({ backplane, name: 'shared' });
const open = new Set();

const server = http.createServer((req, res) => {
  try {
    const transport = req.url === '/stream' ? 'stream' : 'auto';
    const connection = new Connection(req, res, { transport });
    open.add(connection);
    connection.on('close', () => open.delete(connection));
  } catch ({ statusCode }) {
    res.writeHead(statusCode).end();
  }
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const get = (path, headers) =>
  new Promise((resolve) => {
    const { port } = server.address();
    const request = http.get({ port, host: '127.0.0.1', path, agent: false, headers });
    request.on('error', () => {});
    request.on('response', (response) => {
      response.on('error', () => {}).resume();
      resolve({ request, status: response.statusCode });
    });
  });

await get('/feed', { 'Last-Event-ID': 'a\u009b"b' });
const { request } = await get('/stream');
request.destroy();
while (open.size > 1 || backplane.state !== 'online') await sleep(2);
await drain({ within: 100 });
const { status } = await get('/late');
console.log(JSON.stringify({ drain: heard, refusal: status }));
shared.close();
backplane.close();
server.close();
