// A server with the routes of a broker and the test page. The parent process sends it commands.
import { readFile } from 'node:fs/promises';
import express from 'express';
import { sluice } from '../../support/site.mjs';

const { SSEBroker, setupSSE } = sluice;
const [, , port, run] = process.argv;
const kept = { historySize: 10_000, historyBytes: 2 ** 26, emptyTimeout: 600_000 };
const broker = new SSEBroker({
  topic: kept,
  sessionTimeout: 600_000,
  pingInterval: 50,
  connection: { onGap: 'reset' },
});
const app = express();
let connects = 0;
/** Requests to subscribe and unsubscribe: `<route> <topics>`. */
const changes = [];

app.use('/_sse/connect', (_req, _res, next) => {
  connects += 1;
  next();
});
app.use(['/_sse/subscribe', '/_sse/unsubscribe'], express.json(), (req, _res, next) => {
  changes.push(`${req.baseUrl.slice(6)} ${req.body.topics.toSorted().join(' ')}`);
  next();
});
setupSSE(app, broker, '/_sse');
app.use('/client', express.static(new URL('../../../client', import.meta.url).pathname));
for (const [path, file] of [
  ['/', 'page.html'],
  ['/page.js', 'page.js'],
]) {
  app.get(path, async (_req, res) => {
    res.type(file.split('.').pop()).send(await readFile(new URL(file, import.meta.url), 'utf8'));
  });
}

/** The number of events sent to each topic. */
const sent = {};
let flow;

const commands = {
  state: () => ({
    clients: broker.clientCount(),
    connects,
    changes,
    topics: broker.topics().sort(),
    sent,
  }),
  flow(topics) {
    clearInterval(flow);
    flow = setInterval(() => {
      for (const topic of topics) {
        sent[topic] = (sent[topic] ?? 0) + 1;
        broker.broadcastToTopic(topic, { data: `${run} ${sent[topic]}` });
      }
    }, 20);
  },
  stop: () => clearInterval(flow),
  cut() {
    for (const { connection } of broker.clients()) connection.response.destroy();
  },
};

process.on('message', ({ id, name, value }) => {
  process.send({ id, answer: commands[name](value) ?? null });
});
process.on('disconnect', () => process.exit());
app.listen(Number(port), '127.0.0.1', () => process.send({ id: 0 }));
