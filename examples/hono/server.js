const { readFile } = require('node:fs/promises');
const path = require('node:path');
const { serve } = require('@hono/node-server');
const { Hono } = require('hono');
const { bodyLimit } = require('hono/body-limit');
const { HTTPException } = require('hono/http-exception');
const { secureHeaders } = require('hono/secure-headers');
const { createSSE } = require('sluice/fetch');
const { polls } = require('./polls.js');

const FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/options.css': ['options.css', 'text/css; charset=utf-8'],
  '/hands.js': ['hands.js', 'text/javascript; charset=utf-8'],
  '/options.js': ['options.js', 'text/javascript; charset=utf-8'],
};
const VOTER = /^[\w-]{8,64}$/;

// Only the current number of watchers matters, but a page that reconnects needs missed votes.
const topic = (channel) => ({ historySize: channel.startsWith('watching:') ? 0 : 200 });
const sse = createSSE({ retryInterval: 1000, topic });

const app = new Hono();

app.use(
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      imgSrc: ['data:'],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  }),
);

for (const [asked, [file, type]] of Object.entries(FILES)) {
  app.get(asked, async (c) => {
    const body = await readFile(path.join(__dirname, 'public', file));
    return c.body(body, 200, { 'Content-Type': type });
  });
}

app.get('/polls', (c) =>
  c.json(Array.from(polls.values(), ({ id, question }) => ({ id, question }))),
);

app.use('/polls/:id/*', (c, next) => {
  c.set('poll', polls.get(c.req.param('id')));
  return c.get('poll') ? next() : c.notFound();
});

app.get('/polls/:id/events', (c) => {
  const { id, question, options, counts } = c.get('poll');
  const lastEventId = c.req.header('Last-Event-ID');
  const { client, response } = sse.addClient({ lastEventId, outgoing: c.env.outgoing });
  // Missed events first, then the current state.
  sse.subscribe(client.id, `poll:${id}`);
  sse.subscribe(client.id, `watching:${id}`);
  sse.sendTo(client.id, 'poll', { question, options, counts });
  announce(id);
  client.connection.on('close', () => announce(id));
  return response;
});

app.post('/polls/:id/votes', bodyLimit({ maxSize: 1024 }), async (c) => {
  const poll = c.get('poll');
  const { voter, option } = await read(c);
  if (!VOTER.test(voter) || poll.options[option] === undefined) {
    return c.text('a vote is { "voter": "8 to 64 letters", "option": its place }', 400);
  }
  if (poll.isFull && !poll.has(voter)) return c.text('the poll accepts no more voters', 503);
  if (poll.vote(voter, option)) {
    sse.broadcast(`poll:${poll.id}`, 'vote', { option, counts: poll.counts });
  }
  return c.body(null, 204);
});

/** Announces how many pages watch a poll. */
function announce(id) {
  const channel = `watching:${id}`;
  sse.broadcast(channel, 'watching', sse.getClientsByChannel(channel).length);
}

async function read(c) {
  const text = await c.req.text();
  try {
    const { voter, option } = JSON.parse(text);
    return { voter: String(voter), option: Number.isInteger(option) ? option : -1 };
  } catch {
    throw new HTTPException(400, { message: 'a vote is a JSON object' });
  }
}

const hostname = process.env.HOST || '127.0.0.1';
const port = Number(process.env.PORT || 3000);
const server = serve({ fetch: app.fetch, hostname, port }, (address) => {
  console.log(`sluice with Hono: http://${hostname}:${address.port}`);
});

function stop() {
  server.close();
  sse.shutdown();
  // Sockets that have not sent a request keep the server open.
  setTimeout(() => server.closeAllConnections(), 200).unref();
}
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
