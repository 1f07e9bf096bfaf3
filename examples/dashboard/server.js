const { createServer } = require('node:http');
const path = require('node:path');
const express = require('express');
const { Channel, Connection, SluiceError } = require('../..');
const { Broadcast } = require('./broadcast');
const { controls, LIMITS } = require('./controls');
const { Load } = require('./load');
const { Measurement } = require('./measurement');
const { HISTORY, Stats } = require('./stats');

const host = process.env.HOST || '127.0.0.1';
const broadcast = new Broadcast();
const load = new Load();
const stats = new Stats(broadcast, load);
const measurement = new Measurement(broadcast, load);

// The channels of the pages. A page that reconnects receives the missed events of both.
const feed = new Channel({ historySize: 100 });
const figures = new Channel({ historySize: HISTORY });

/**
 * @param {string} event
 * @param {string} data
 */
const announce = (event, data) => feed.send({ event, data });

feed.on('join', () => announce('page', `A page has opened, ${feed.count()} in all`));
feed.on('leave', () => announce('page', `A page has closed, ${feed.count()} in all`));
load.on('exit', () => {
  measurement.cancel();
  announce('clients', 'The load clients have stopped unexpectedly');
});

const settings = () => ({
  transport: broadcast.transport,
  clients: load.count,
  rate: broadcast.rate,
});

/** Returns the state for a page that is new or was disconnected for too long. */
const snapshot = () => ({
  event: 'state',
  data: {
    limits: LIMITS,
    settings: settings(),
    history: stats.history,
    results: stats.results,
    measuring: measurement.state,
  },
});

const app = express();
app.disable('x-powered-by');

// A page has one connection, which joins two channels.
app.get('/events', (req, res) => {
  const connection = new Connection(req, res, { retry: 1000, onGap: 'reset' });
  feed.add(connection);
  measurement.arrive();
  figures.add(connection, { snapshot });
});

app.get('/load', (req, res) => {
  try {
    broadcast.open(req, res);
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'ERR_SSE_TRANSPORT')) {
      throw error;
    }
    // On some systems the core cannot take over sockets.
    broadcast.setTransport('stream');
    announce('transport', 'Sockets cannot be handed over here: clients move to stream');
    broadcast.open(req, res);
  }
});

app.use((_req, res, next) => {
  res.set({
    'Content-Security-Policy': "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  });
  next();
});
app.use('/uplot', express.static(path.dirname(require.resolve('uplot'))));
app.use(express.static(path.join(__dirname, 'public')));
app.use(controls({ broadcast, load, measurement, settings, announce }));

/** @type {express.ErrorRequestHandler} */
const refuse = (error, _req, res, next) => {
  if (error.code === 'ERR_SSE_GONE') {
    return;
  }
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = error.status ?? 500;
  if (status >= 500) {
    console.error(error);
  }
  res.status(status).json({ error: status < 500 ? error.message : 'The server failed.' });
};
app.use(refuse);

broadcast.setRate(5);
const ticker = setInterval(() => {
  const sample = stats.sample();
  measurement.advance(sample);
  const { results } = stats;
  const data = { settings: settings(), sample, results, measuring: measurement.state };
  figures.send({ event: 'stats', data });
  if (sample.broadcasts > 0) {
    const number = broadcast.sent.toLocaleString('en');
    const clients = sample.connected.toLocaleString('en');
    const time = sample.sendTime.toFixed(3);
    announce('broadcast', `No. ${number} to ${clients} clients, ${time} ms`);
  }
}, 1000);

const server = createServer(app);
let port = Number(process.env.PORT || 3000);
server.on('error', (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== 'EADDRINUSE' || port >= 65535) {
    throw error;
  }
  port += 1;
  server.listen(port, host);
});
server.on('listening', () => {
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  const everywhere = address.address === '0.0.0.0' || address.address === '::';
  const reachable = everywhere ? '127.0.0.1' : address.address;
  load.address = { host: reachable, port: address.port, path: '/load' };
  const name = reachable.includes(':') ? `[${reachable}]` : reachable;
  console.log(`sluice dashboard: http://${name}:${address.port}`);
});
server.listen(port, host);

function stop() {
  clearInterval(ticker);
  broadcast.setRate(0);
  load.stop();
  server.close();
  server.closeAllConnections();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
