// Kills nodes, cuts connections and restarts the engine, while clients move between the nodes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { until } from '../../support/until.mjs';
import { Node } from '../nodes.mjs';
import { LossyProxy } from '../proxy.mjs';
import { ChaosClient } from './client.mjs';
import { randomOf } from './random.mjs';

const NODES = 4;
const CHANNELS = Array.from({ length: 20 }, (_none, number) => `channel-${number}`);
/** More events than a run publishes, so that a missing event is always an error. */
const KEPT = 100_000;
/** The time between two publications, in milliseconds. */
const PACE = 5;
const BURST = 50;
/** The seconds without new events after which all events count as delivered. */
const STILL = 3;
const program = fileURLToPath(new URL('clients.mjs', import.meta.url));

async function startClients(t, given) {
  const child = fork(program, [JSON.stringify(given)]);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  const asked = new Map();
  let next = 0;
  child.on('message', ({ number, answer }) => asked.get(number)(answer));
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process of the clients has ended');
  });
  ended.catch(() => {});
  return (name, words) => {
    const answered = new Promise((resolve) => {
      asked.set(next, resolve);
      child.send({ number: next, name, words });
      next += 1;
    });
    return Promise.race([answered, ended]);
  };
}

/** Waits until a count stops growing, because it is slow to compare all clients. */
async function rest(count) {
  let [before, times] = [-1, 0];
  while (times < STILL) {
    await sleep(1000);
    const now = await count();
    times = now === before ? times + 1 : 0;
    before = now;
  }
}

/**
 * @param t cleans up, as the context of a test does
 * @param engine starts a server: `RedisServer` or `NatsServer`
 */
export async function runChaos(t, { engine, seed, clients, rounds, log = () => {} }) {
  const random = randomOf(seed);
  const counts = { kills: 0, cuts: 0, restarts: 0, moves: 0, drops: 0 };
  const server = await engine.start(t);
  const proxy = await LossyProxy.start(t, server);
  const given = {
    backplane: { url: proxy.url, retain: { events: KEPT } },
    channels: CHANNELS,
    channel: { historySize: KEPT, historyBytes: 256 << 20 },
    connection: { onGap: 'reset' },
  };
  const nodes = await Promise.all(Array.from({ length: NODES }, () => Node.start(t, given)));
  const ask = await startClients(t, { seed, count: clients, channels: CHANNELS });
  const origins = () => nodes.map(({ origin }) => origin);
  const online = () =>
    until(async () => {
      const states = await Promise.all(nodes.map((node) => node.ask('state')));
      return states.every((state) => state === 'online');
    }, 'all nodes');
  await online();

  const witness = new ChaosClient(CHANNELS, () => nodes[0].origin);
  t.after(() => witness.leave());
  await until(() => witness.first, 'the cursor of the witness');
  const start = witness.first;
  witness.leave();
  await ask('origins', origins());
  await ask('start');
  await until(() => ask('joined'), 'the cursors of all clients');

  const sent = [];
  const publish = (node = random.pick(nodes)) => {
    const one = { node, line: undefined };
    const channel = random.pick(CHANNELS);
    const data = `${channel}/${sent.length}`;
    sent.push(one);
    one.node.ask('publish', { channel, event: { data } }).then(
      ({ id }) => {
        one.line = `${id} ${data}`;
      },
      (error) => {
        one.error = error;
      },
    );
  };
  const timer = setInterval(() => publish(), PACE);
  t.after(() => clearInterval(timer));

  const outages = [];
  const lost = new Set();
  const faults = {
    async kills() {
      const at = random.below(NODES);
      const old = nodes[at];
      const fresh = await Node.start(t, given);
      nodes[at] = fresh;
      lost.add(old);
      await ask('origins', origins());
      // Some of these events are in flight when the process is killed.
      for (let number = 0; number < BURST; number += 1) publish(old);
      await sleep(random.below(5));
      await old.kill();
    },
    async cuts() {
      proxy.cut();
    },
    async restarts() {
      const from = Date.now();
      await server.stop();
      await sleep(random.below(500));
      await server.start();
      await online();
      outages.push([from, Date.now()]);
    },
    async moves() {
      await ask('move', Math.ceil(clients / 10));
    },
    async drops() {
      await ask('drop', Math.ceil(clients / 10));
    },
  };
  const names = Object.keys(faults);
  for (let round = 0; round < rounds; round += 1) {
    // Every kind of fault happens with every seed.
    const name = round < names.length ? names[round] : random.pick(names);
    await faults[name]();
    counts[name] += 1;
    log(`round ${round + 1}/${rounds}: ${name}, ${sent.length} events`);
    await sleep(random.below(500));
  }
  clearInterval(timer);
  await online();
  await until(
    () => sent.every(({ node, line, error }) => line || error || lost.has(node)),
    'the publications',
  );

  const fresh = await Node.start(t, given);
  const reader = new ChaosClient(CHANNELS, () => fresh.origin);
  t.after(() => reader.leave());
  reader.leave();
  Object.assign(reader, { cursor: start, first: start, received: [] });
  reader.connect();
  const kept = sent.filter(({ line }) => line).map(({ line }) => line);
  await until(() => {
    const all = new Set(reader.received);
    return kept.every((line) => all.has(line));
  }, 'the whole log');
  const events = reader.received.filter(Boolean).map((line) => {
    const [id, data] = line.split(' ');
    return { id, channel: data.split('/')[0], line };
  });
  const failed = sent.filter(({ error }) => error).map(({ error }) => error.message);
  const twice = events.length - new Set(events.map(({ line }) => line.split(' ')[1])).size;
  await rest(() => ask('deliveries'));
  let report;
  const check = async () => {
    report = await ask('check', { log: events, outages });
    return report.faults.length === 0;
  };
  await until(check, 'clients', 30_000).catch(() => {});
  const unsure = sent.length - kept.length - failed.length;
  return { ...counts, sent: sent.length, unsure, events: events.length, twice, failed, ...report };
}
