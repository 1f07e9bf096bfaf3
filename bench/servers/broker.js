// Commands in addition to those of `control.js`:
//
//   topics TOPICS MEMBERS → { topics }                  topics with MEMBERS members each;
//                                                       `broadcast` sends to one of them
//   crowd CLIENTS CALLS   → { subscribe, unsubscribe }  microseconds per call, among CLIENTS

const { createServer } = require('node:http');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');
const { SSEBroker, metrics } = require('../..');
const { createSSE } = require('../../fetch.js');
const { run } = require('../control.js');

const broker = new SSEBroker({ pingInterval: 0 });
const nameOf = (number) => `orders.${number}`;
const anyOf = (count) => Math.floor(Math.random() * count);
let topicCount = 0;

function topics(count, members) {
  const clients = broker.clients();
  for (; topicCount < count; topicCount++) {
    for (let member = 0; member < members; member++) {
      const { id } = clients[(topicCount * members + member) % clients.length];
      broker.subscribe(id, nameOf(topicCount));
    }
  }
  return { topics: broker.topics().length };
}

/**
 * Makes 100 calls in each turn of the event loop, as a busy server does. Returns microseconds per
 * call.
 */
async function timed(count, call) {
  let spent = 0;
  for (let number = 0; number < count; number += 100) {
    const start = process.hrtime.bigint();
    for (let next = number; next < number + 100; next++) call(next);
    spent += Number(process.hrtime.bigint() - start);
    await turn();
  }
  return spent / 1000 / count;
}

/** Waits until the new streams have sent their first bytes. */
async function settle() {
  for (let before = -1, now = 0; before !== now; [before, now] = [now, metrics().bytes])
    await sleep(500);
}

/** Uses clients of the Fetch service, because no process may open this many sockets. */
async function crowd(clients, calls) {
  const sse = createSSE({ pingInterval: 0, stallTimeout: 0 });
  const ids = [];
  await timed(clients, () => ids.push(sse.addClient().client.id));
  await settle();
  const chosen = Array.from({ length: calls }, () => ids[anyOf(clients)]);
  const one = (number) => [chosen[number], nameOf(number % 100)];
  const round = async () => ({
    subscribe: await timed(calls, (number) => sse.subscribe(...one(number))),
    unsubscribe: await timed(calls, (number) => sse.unsubscribe(...one(number))),
  });
  // The first round is a warm-up.
  await round();
  const figures = await round();
  sse.shutdown();
  return figures;
}

run({
  server: createServer((req, res) => {
    broker.connect(req, res);
  }),
  count: () => broker.clientCount(),
  broadcast: (event) => {
    broker.broadcastToTopic(nameOf(anyOf(topicCount)), event);
  },
  commands: { topics, crowd },
});
