// Starts the core in the first request. Prints the request context of each callback.
import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import { createRequire } from 'node:module';

const transport = process.argv[2];
const require = createRequire(import.meta.url);
const storage = new AsyncLocalStorage();
const contexts = [];
const note = (what) => contexts.push([what, storage.getStore() ?? null]);
let channel;

function handle(req, res) {
  const { write } = res;
  if (transport === 'stream') {
    res.write = function (...args) {
      note(`${req.url} res.write`);
      return write.apply(this, args);
    };
  }
  const { Channel, Connection } = require('../../../index.js');
  channel ??= new Channel()
    .on('leave', () => note('channel leave'))
    .on('empty', () => note('channel empty'));
  const connection = new Connection(req, res, { ping: false });
  for (const [name, emitter] of Object.entries({ connection, req, res, socket: req.socket })) {
    emitter.on('close', () => note(`${req.url} ${name} close`));
  }
  channel.add(connection);
  channel.send({ data: 'hello' });
}

const server = http.createServer((req, res) => storage.run(req.url, handle, req, res));
server.listen(0, '127.0.0.1', async () => {
  for (const path of ['/first', '/second']) {
    await new Promise((resolve) => {
      const request = http.get({ port: server.address().port, path, agent: false }, (response) => {
        response.once('data', () => response.destroy());
        response.on('error', () => {});
      });
      request.on('close', () => setTimeout(look, 5));
      function look() {
        const closed = (what) => contexts.some(([noted]) => noted === `${path} ${what} close`);
        const done = ['connection', 'req', 'res', 'socket'].every(closed);
        const emptied = contexts.filter(([what]) => what === 'channel empty').length;
        if (done && emptied === (path === '/first' ? 1 : 2)) resolve();
        else setTimeout(look, 5);
      }
    });
  }
  console.log(JSON.stringify(contexts));
  process.exit();
});
