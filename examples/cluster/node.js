// One process of the application. All processes are identical.
const path = require('node:path');
const express = require('express');
const { Channel } = require('sluice');
const { sse } = require('sluice/express');
const { redisBackplane } = require('sluice/redis');

const [, , name, port, url] = process.argv;
/** The interval of the events, in milliseconds. */
const TICK = 500;

const backplane = redisBackplane({ url });
// Every process sends to this channel, and the clients of all processes are its members.
const ticks = new Channel({ name: 'ticks', backplane, historySize: 500 });
// The states of processes and clients. A page that opens receives the latest state of each.
const state = new Channel({
  name: 'state',
  backplane,
  keep: 'latest',
  key: ({ event, data }) => `${event} ${data.name}`,
});

const say = (node, what) => state.send({ event: 'node', data: { name: node, state: what } });

const app = express();
app.disable('x-powered-by');
app.use((_req, res, next) => {
  res.set('Content-Security-Policy', "default-src 'self'; img-src data:; base-uri 'none'");
  next();
});

app.get(
  '/events',
  sse(
    (connection) => {
      connection.send({ event: 'served', data: { node: name } });
      ticks.add(connection);
      state.add(connection);
    },
    { retry: 300, onGap: 'reset' },
  ),
);

// The clients of `clients.mjs` report their figures to any process.
app.post('/clients', express.json(), (req, res) => {
  for (const data of req.body) state.send({ event: 'client', data });
  res.status(204).end();
});

app.post('/nodes/:name/kill', (req, res) => {
  process.send?.({ kill: req.params.name });
  res.status(202).end();
});

app.use('/sluice', express.static(path.dirname(require.resolve('sluice/client'))));
app.use(express.static(path.join(__dirname, 'public')));

const server = app.listen(Number(port), '127.0.0.1', () => {
  say(name, 'runs');
  process.send?.({ name });
});
process.on('message', (/** @type {any} */ { node, state: what }) => say(node, what));
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());

let number = 0;
const from = `${name}-${process.pid}`;
setInterval(() => {
  number += 1;
  ticks.send({ event: 'tick', data: { node: name, from, number } });
}, TICK);

module.exports = server;
