// The case of an event that is published in one process, for clients of another.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { byEngine, engines, overEngines, titles } from '../backplane/engines.mjs';
import { withSite } from '../backplane/site.mjs';
import { grouped } from '../format.mjs';
import { channels } from '../servers.mjs';
import { deliver, withServer } from '../stage.mjs';

export const group = 'backplane';
export const needs = Object.values(engines);
export const servers = ['sluice'];

const both = { few: 10, rate: 5, block: 10_000 };
export const full = { rounds: 3, connections: 5_000, events: 25, ...both };
export const quick = { rounds: 1, connections: 1_000, events: 10, ...both };

export const conditions = ({ connections, few, events, rate, block }) =>
  `reach: events of one process for ${few} and ${grouped(connections)} connections of another, ` +
  `${events} events, ${rate} per second; its JavaScript is blocked for ${block / 1000} s`;

const ONE = { channels: 1 };
/** Bytes of a message to bare subscribers, which is the size of an event. */
const BYTES = 140;
/** Milliseconds after which a process has finished its work for an event. */
const QUIET = 500;

/** V8 otherwise wakes a thread that has been idle for 8 s, to collect garbage. */
const idle = ([command, args]) => [command, ['--no-memory-reducer', ...args]];

/** How often the JavaScript thread of a process went to sleep, which is how often it was woken. */
function wakeUps({ child: { pid } }) {
  const status = readFileSync(`/proc/${pid}/task/${pid}/status`, 'utf8');
  return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)[1]);
}

/** Publishes to bare subscribers, and returns the median latency in milliseconds. */
async function publishBare({ engine, load }, { events, rate }) {
  await load.ask('expect', events);
  for (let number = 0; number < events; number++) {
    await sleep(1000 / rate);
    const time = String(process.hrtime.bigint()).padStart(20, '0');
    const stamp = `"sent":"${time}.${String(number).padStart(8, '0')}"`;
    await engine.publish(stamp.padStart(BYTES, '.'));
  }
  const { p50, ...result } = await load.ask('result');
  if (result.missing || result.surplus || result.failed) {
    throw new Error(`bare subscribers missed messages: ${JSON.stringify(result)}`);
  }
  return p50 / 1000;
}

/** The latency of the engine itself: the same number of clients subscribe to it directly. */
async function bare(site, size) {
  const { engine, load } = site;
  const { few, connections } = size;
  await load.ask('speak', engine.protocol);
  const figures = {};
  for (const [name, more, wanted] of [
    ['bareFew', few, few],
    ['bareMany', connections - few, connections],
  ]) {
    const { opened, failure } = await load.ask('connect', engine.port, more);
    if (opened !== wanted) throw new Error(`${opened} of ${wanted} subscribed: ${failure}`);
    await publishBare(site, size);
    figures[name] = await publishBare(site, size);
  }
  await load.ask('close');
  await load.ask('speak', 'sse');
  return figures;
}

/** The median latency of a channel of a single process, in milliseconds. */
const locally = ({ connections, events, rate }) =>
  withServer({ command: channels.with(ONE) }, async (stage) => {
    await stage.connect(connections);
    await deliver(stage, events, rate);
    return (await deliver(stage, events, rate)).p50 / 1000;
  });

async function across(site, { connections, few, events, rate, block }) {
  const { load, start } = site;
  const publisher = await start(channels.command, ONE);
  const node = await start(idle(channels.command), ONE);
  const stage = { server: publisher.child, load };
  const publish = async () => {
    const before = wakeUps(node);
    const { p50 } = await deliver(stage, events, rate);
    return { p50: p50 / 1000, wakeUps: wakeUps(node) - before };
  };
  const measure = async () => {
    await deliver(stage, events, rate);
    await sleep(QUIET);
    return publish();
  };
  await node.connect(few);
  const toFew = await measure();
  await node.connect(connections - few);
  const toMany = await measure();

  const began = performance.now();
  await node.child.ask('block', block);
  await sleep(QUIET);
  const blocked = await publish();
  const spent = performance.now() - began;
  await node.child.ask('count');
  const over = performance.now() - began;
  if (spent > block || over < block) {
    throw new Error(`JavaScript was not blocked while events arrived: ${spent}, ${over} ms`);
  }
  return {
    few: toFew.p50,
    many: toMany.p50,
    blocked: blocked.p50,
    wakeUps: Math.max(toFew.wakeUps, toMany.wakeUps),
    blockedWakeUps: blocked.wakeUps,
  };
}

async function measureEngine(engine, size) {
  const local = await locally(size);
  const figures = await withSite(engine, async (site) => ({
    ...(await bare(site, size)),
    ...(await across(site, size)),
  }));
  return { local, ...figures };
}

export const run = overEngines(measureEngine);

const rows = ({ few, connections, block }) => [
  ['bareFew', `latency p50, ${few} bare subscribers of the engine, ms`],
  ['few', `latency p50, ${few} clients, ms`],
  ['bareMany', `latency p50, ${grouped(connections)} bare subscribers of the engine, ms`],
  ['local', `latency p50, ${grouped(connections)} clients, one process without a backplane, ms`],
  ['many', `latency p50, ${grouped(connections)} clients, ms`],
  ['blocked', `the same while JavaScript is blocked for ${block / 1000} s, ms`],
  ['wakeUps', 'times that the JavaScript thread was woken'],
  ['blockedWakeUps', 'the same while it is blocked'],
];

/** The difference to the latency of the same number of bare subscribers, in milliseconds. */
const beyond = {
  few: (of, engine) => of('sluice', `${engine} few`) - of('sluice', `${engine} bareFew`),
  many: (of, engine) => of('sluice', `${engine} many`) - of('sluice', `${engine} bareMany`),
  blocked: (of, engine) => of('sluice', `${engine} blocked`) - of('sluice', `${engine} bareMany`),
};

export function tables({ of, size, cell, table }) {
  const clients = `${grouped(size.connections)} clients`;
  const differences = [
    [`${size.few} clients`, beyond.few],
    [clients, beyond.many],
    [`${clients} while JavaScript is blocked`, beyond.blocked],
  ].map(([text, difference]) => [
    `beyond bare subscribers: ${text}, ms`,
    ...Object.keys(engines).map((name) => cell(difference(of, name))),
  ]);
  return [
    table(
      ['an event of another process', ...titles],
      [...byEngine(of, cell, rows(size)), ...differences],
    ),
  ];
}

export const targets = Object.entries(engines).flatMap(([name, { title }]) => [
  {
    text: `ms beyond bare subscribers of ${title} until clients of another process have an event`,
    figure: (of) => Math.max(...Object.values(beyond).map((difference) => difference(of, name))),
    most: 3,
  },
  {
    text: `times that events over ${title} wake the JavaScript thread`,
    figure: (of) => of('sluice', `${name} wakeUps`),
    most: 0,
  },
]);
