// Answers that survive their readers: node examples/tokens/server.js
const { randomUUID } = require('node:crypto');
const { createServer } = require('node:http');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const express = require('express');
const { gracefulShutdown } = require('sluice');
const { redisBackplane } = require('sluice/redis');
const { createRuns } = require('sluice/runs');
const { introduce, userOf } = require('./identity.js');
const model = require('./model.js');
const writer = require('./writer.js');

const { HOST: host = '127.0.0.1', OPENAI_API_KEY, OPENAI_MODEL, REDIS_URL } = process.env;
const MAX_QUESTION = 500;
/** How long a process continues its answers during a shutdown, in milliseconds. */
const GRACE = 60_000;

if (OPENAI_API_KEY && !OPENAI_MODEL) throw new Error('set OPENAI_MODEL to the name of a model');
const answerTo = OPENAI_API_KEY ? model.ask : writer.write;

const backplane = REDIS_URL
  ? redisBackplane({
      url: REDIS_URL,
      prefix: 'tokens',
      retain: { events: 10_100, age: 3_600_000 },
    })
  : undefined;

const runs = createRuns({
  backplane,
  authorize: (req, run) => run.owner === userOf(req),
  ttl: 1_800_000,
  maxRuns: 500,
  event: 'token',
  connection: { retry: 500 },
  format: {
    // Not `error`, because EventSource has its own event with that name.
    failed: (error) => [
      { event: 'failed', data: { isLost: /** @type {any} */ (error).code === 'ERR_SSE_RUN_LOST' } },
    ],
    done: { event: 'done', data: {} },
  },
  onError: (error, { id }) => {
    console.error(`answer ${id}: ${error instanceof Error ? error.message : error}`);
  },
});
/** The promises of this process's answers, which resolve when the answers end. */
const running = new Set();

/** The question is the first event, so that a page needs only the id of an answer. */
async function* dialogue(question, signal) {
  yield { event: 'question', data: question };
  yield* answerTo(question, signal);
}

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

/** Refuses requests of other origins, which browsers mark with the header `Sec-Fetch-Site`. */
app.use(['/state', '/answers'], (req, res, next) => {
  const site = req.get('Sec-Fetch-Site') ?? 'none';
  if (site !== 'same-origin' && site !== 'none') {
    res.status(403).json({ error: 'Requests of other sites are refused.' });
  } else if (userOf(req)) {
    next();
  } else {
    res.status(401).json({ error: 'Open the page first: it gives you an identity.' });
  }
});

app.get('/state', async (req, res) => {
  const answers = await runs.list(userOf(req));
  res.set('Cache-Control', 'no-store').json({
    process: process.pid,
    isShared: backplane !== undefined,
    answers: answers.map(({ id, state, events }) => ({ id, state, events })),
  });
});

app.post('/answers', express.json({ limit: '4kb' }), async (req, res) => {
  const question = typeof req.body?.question === 'string' ? req.body.question.trim() : '';
  if (question === '' || question.length > MAX_QUESTION) {
    res.status(400).json({ error: `A question has 1 to ${MAX_QUESTION} characters.` });
    return;
  }
  const id = randomUUID();
  const source = ({ signal }) => dialogue(question.toWellFormed(), signal);
  const { finished } = await runs.start(id, source, { owner: userOf(req) });
  running.add(finished);
  finished.then(() => running.delete(finished));
  res.status(201).json({ id });
});

app.get('/answers/:id', async (req, res) => {
  await runs.respond(req, res, req.params.id);
});

// Any process can stop an answer, regardless of which one writes it.
app.delete('/answers/:id', async (req, res) => {
  const run = await runs.status(req.params.id);
  if (run?.owner !== userOf(req)) {
    res.status(404).json({ error: 'There is no such answer.' });
    return;
  }
  await runs.stop(req.params.id);
  res.status(204).end();
});

/** @type {express.ErrorRequestHandler} */
const refuse = (error, _req, res, next) => {
  if (error.code === 'ERR_SSE_GONE') return;
  if (res.headersSent) return next(error);
  const isBusy = error.code === 'ERR_SSE_RUN_LIMIT' || error.code === 'ERR_SSE_BACKPLANE';
  const status = isBusy ? 503 : (error.statusCode ?? error.status ?? 500);
  if (status === 500) console.error(error);
  res.status(status).json({ error: status < 500 ? error.message : 'The server is in trouble.' });
};
app.use(refuse);

const server = createServer(app);
server.listen(Number(process.env.PORT || 3000), host, () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`sluice tokens: http://${host.includes(':') ? `[${host}]` : host}:${port}`);
});

// The readers reconnect to another process, if any, and can receive the rest of the answers there.
const { done } = gracefulShutdown(server, { within: 500, retry: { min: 200, max: 600 } });
done.then(async () => {
  const grace = new AbortController();
  if (backplane) {
    const timeout = delay(GRACE, undefined, { signal: grace.signal }).catch(() => {});
    await Promise.race([Promise.all(running), timeout]);
  }
  grace.abort();
  await runs.close();
  backplane?.close();
});
