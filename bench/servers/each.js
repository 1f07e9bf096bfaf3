// Sends one event to each client, like a server of tokens. The last argument selects the way:
// `connection.send()` or `res.write()`.

const { createServer } = require('node:http');
const { Connection } = require('../..');
const { run } = require('../control.js');

/** Connections, or responses. */
const clients = new Set();

const WAYS = {
  send: {
    open(req, res) {
      const connection = new Connection(req, res);
      clients.add(connection);
      connection.on('close', () => clients.delete(connection));
    },
    send(event, data) {
      for (const connection of clients) connection.send({ event, data });
    },
  },
  write: {
    open(_req, res) {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.flushHeaders();
      clients.add(res);
      res.on('close', () => clients.delete(res));
    },
    send(event, data) {
      for (const res of clients) res.write(`event: ${event}\ndata: ${data}\n\n`);
    },
  },
};

const { open, send } = WAYS[process.argv.at(-1)];

run({
  server: createServer(open),
  count: () => clients.size,
  // A token is text already.
  broadcast: ({ event, data }) => send(event, JSON.stringify(data)),
});
