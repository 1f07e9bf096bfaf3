const { createReadStream } = require('node:fs');
const path = require('node:path');
const Koa = require('koa');
const { Channel, Connection } = require('sluice');

const FILES = new Map([
  ['/', 'index.html'],
  ['/style.css', 'style.css'],
  ['/taps.js', 'taps.js'],
]);

// A page that reconnects receives the missed taps. The number of people has no history, because
// only its current value matters.
const taps = new Channel({ historySize: 200, historyAge: 60_000 });
const people = new Channel({ historySize: 0 });

const announce = () => people.send({ event: 'people', data: people.count() });
people.on('join', announce);
people.on('leave', announce);

function events(ctx) {
  // The connection handles the response, and sends the headers of ctx.set() with its head.
  ctx.respond = false;
  const connection = new Connection(ctx.req, ctx.res, { retry: 1000 });
  taps.add(connection);
  people.add(connection);
}

function tap(ctx) {
  const [x, y, hue] = ['x', 'y', 'hue'].map((name) => Number(ctx.query[name] ?? Number.NaN));
  ctx.assert(x >= 0 && x <= 1 && y >= 0 && y <= 1, 400, 'x and y must be numbers from 0 to 1');
  ctx.assert(hue >= 0 && hue < 360, 400, 'hue must be a number from 0 to 360');
  taps.send({ event: 'tap', data: { x, y, hue } });
  ctx.status = 204;
}

const app = new Koa();

const POLICY = "default-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

app.use((ctx, next) => {
  ctx.set('Content-Security-Policy', POLICY);
  return next();
});

app.use((ctx) => {
  const { method, path: asked } = ctx;
  const file = FILES.get(asked);
  if (method === 'GET' && asked === '/events') events(ctx);
  else if (method === 'POST' && asked === '/taps') tap(ctx);
  else if (method === 'GET' && file) {
    ctx.type = path.extname(file);
    ctx.body = createReadStream(path.join(__dirname, 'public', file));
  }
});

const host = process.env.HOST || '127.0.0.1';
const server = app.listen(Number(process.env.PORT || 3000), host, () => {
  const { port } = server.address();
  console.log(`sluice with Koa: http://${host}:${port}`);
});

async function stop() {
  server.close();
  await Promise.all(taps.connections().map((connection) => connection.end()));
  // Sockets that have not sent a request keep the server open.
  setTimeout(() => server.closeAllConnections(), 200).unref();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
