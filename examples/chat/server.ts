import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express, { type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import type { Person, Posts, RoomState } from './events';
import { identify, introduce, rename } from './identity';
import { nameFrom, textFrom } from './input';
import { Room } from './room';
import { transpile } from './transpile';

const room = new Room();
const app = express();
app.disable('x-powered-by');

app.use((_req, res, next) => {
  res.set({
    'Content-Security-Policy':
      "default-src 'self'; img-src data:; base-uri 'none'; " +
      "form-action 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  next();
});

app.get('/', (req, res) => {
  introduce(req, res);
  res.set('Cache-Control', 'no-store');
  res.sendFile(path.join(__dirname, 'public', 'index.html'));
});
app.use(express.static(path.join(__dirname, 'public'), { index: false }));
// The client needs no bundler.
app.use('/client', express.static(path.dirname(require.resolve('sluice/client'))));
app.get('/app/:module.js', (req, res, next) => {
  const { module } = req.params;
  if (!/^[a-z-]+$/.test(module)) return next();
  try {
    res.type('text/javascript').send(transpile(path.join(__dirname, 'web', `${module}.ts`)));
  } catch (error) {
    next((error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : error);
  }
});

const people = new WeakMap<Request, Person>();
const personOf = (req: Request) => people.get(req) as Person;

/** Refuses requests of other origins, which browsers mark with the header `Sec-Fetch-Site`. */
const admit: RequestHandler = (req, res, next) => {
  const site = req.get('Sec-Fetch-Site') ?? 'none';
  const person = identify(req);
  if (site !== 'same-origin' && site !== 'none') {
    res.status(403).json({ error: 'Requests of other sites are refused.' });
  } else if (person) {
    people.set(req, person);
    next();
  } else {
    res.status(401).json({ error: 'Open the page first: it gives you an identity.' });
  }
};
app.use(['/room', '/events', '/messages', '/name', '/typing', '/cut'], admit);
app.use(express.json({ limit: '4kb' }));

app.get('/room', (req, res) => {
  res.set('Cache-Control', 'no-store').json(room.state(personOf(req)) satisfies RoomState);
});

app.get('/events', (req, res) => {
  const seconds = room.secondsOfCut(personOf(req));
  if (seconds > 0) res.status(503).set('Retry-After', String(seconds)).end();
  else room.join(req, res, personOf(req));
});

app.post('/messages', (req, res) => {
  const number = room.say(personOf(req), textFrom(req.body?.text));
  res.status(201).json({ number } satisfies Posts['messages']['answer']);
});

app.post('/name', (req, res) => {
  const person = rename(req, res, nameFrom(req.body?.name)) as Person;
  room.rename(person);
  res.json(person satisfies Posts['name']['answer']);
});

app.post('/typing', (req, res) => {
  room.type(personOf(req));
  res.status(204).end();
});

app.post('/cut', (req, res) => {
  res.json({ seconds: room.cut(personOf(req)) } satisfies Posts['cut']['answer']);
});

const refuse: ErrorRequestHandler = (error, _req, res, next) => {
  if (error.code === 'ERR_SSE_GONE') return;
  if (res.headersSent) return next(error);
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  res.status(status).json({ error: status < 500 ? error.message : 'The server failed.' });
};
app.use(refuse);

const host = process.env.HOST || '127.0.0.1';
const server = createServer(app);
server.listen(Number(process.env.PORT || 3000), host, () => {
  const { port } = server.address() as AddressInfo;
  console.log(`sluice chat: http://${host.includes(':') ? `[${host}]` : host}:${port}`);
});

function stop() {
  server.close();
  room.close().then(() => server.closeAllConnections());
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
