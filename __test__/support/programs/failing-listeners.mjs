// Every listener that runs when a connection closes throws an error. Prints the calls that still
// happened, and the errors that became uncaught exceptions.
import http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Channel, SSEBroker } = require('../../../index.js');
const [transport] = process.argv.slice(2);

const happened = [];
const errors = [];
process.on('uncaughtException', (error) => errors.push(error.message));
const fail = (what) => () => {
  happened.push(what);
  throw new Error(what);
};

const channel = new Channel().on('leave', fail('leave')).on('empty', fail('empty'));
const broker = new SSEBroker({ onDisconnect: fail('onDisconnect') });
const server = http.createServer((req, res) => {
  res.end = fail('res.end');
  const { connection } = broker.connect(req, res, { transport });
  connection.on('close', fail('close'));
  channel.add(connection);
  connection.end().then(() => happened.push('end() resolved'));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  const request = http.get({ port, agent: false }, (response) => response.resume());
  request.on('error', () => {});
  request.on('close', look);
});

function look() {
  server.getConnections((_error, open) => {
    // Waits for five errors and six calls.
    if (open > 0 || broker.clientCount() > 0 || errors.length + happened.length < 11)
      return setTimeout(look, 5);
    const members = channel.count();
    console.log(JSON.stringify({ happened: happened.sort(), errors: errors.sort(), members }));
    process.exit();
  });
}
