// The protocol of the servers: one line of words on standard input, one line of JSON as the answer.
//
//   count                 → { count }         connections that would get a broadcast
//   begin                 → { begun }         usage is counted from here
//   broadcast COUNT RATE [BYTES]
//                         → { sent, call, callCpu }
//                                             COUNT events, RATE per second (0: no limit), of 140
//                                             bytes or BYTES; microseconds of a call, and of the
//                                             JavaScript thread in it
//   usage                 → { cpu, busy }     microseconds of the process and its JavaScript thread
//   memory                → { rss }           bytes, after garbage collection

const { once } = require('node:events');
const { openSync, readSync } = require('node:fs');
const { createInterface } = require('node:readline');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const text = 'the quick brown fox jumps over the lazy dog, then again..';
/** Bytes of an event with that text. */
const SIZE = 140;

let sentBefore = 0;
const schedstat = process.threadCpuUsage ? undefined : openSync('/proc/thread-self/schedstat');
const digits = Buffer.alloc(64);
let cpuAtBegin = process.cpuUsage();
let threadAtBegin = threadTime();

// The load client looks for `"sent":"`, the time and the number, each at its fixed width.
function makeEvent(number, size) {
  const id = String(sentBefore + number).padStart(8, '0');
  const time = String(process.hrtime.bigint()).padStart(20, '0');
  const sent = `${time}.${String(number).padStart(8, '0')}`;
  return { id, event: 'tick', data: { text: text.padEnd(text.length + size - SIZE, '.'), sent } };
}

async function broadcast(send, count, rate, size = SIZE) {
  const times = [];
  const cpuTimes = [];
  const start = performance.now();
  for (let number = 0; number < count; number++) {
    if (rate > 0) {
      const wait = start + (number * 1000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
    }
    const event = makeEvent(number, size);
    // To read the clock of the thread warms caches, so it is read in every second call only.
    const cost = number % 2 === 1 ? clockCost() : undefined;
    const cpuBefore = cost === undefined ? 0 : threadTime();
    const calledAt = process.hrtime.bigint();
    const taken = send(event);
    const time = Number(process.hrtime.bigint() - calledAt) / 1000;
    if (cost === undefined) times.push(time);
    else cpuTimes.push(threadTime() - cpuBefore - cost);
    // Every server gets its own back-pressure, if it reports any, and one turn of the loop.
    await taken;
    await turn();
  }
  sentBefore += count;
  return { sent: count, call: median(times), callCpu: median(cpuTimes) };
}

const median = (figures) => figures.sort((a, b) => a - b)[figures.length >> 1];

function usage() {
  const { user, system } = process.cpuUsage(cpuAtBegin);
  return { cpu: user + system, busy: threadTime() - threadAtBegin };
}

/**
 * CPU time of the JavaScript thread, in microseconds. The duration of its turns would include the
 * time of other threads that preempt it.
 */
function threadTime() {
  if (process.threadCpuUsage) {
    const { user, system } = process.threadCpuUsage();
    return user + system;
  }
  // This also brings the thread's own figure up to date, which is else up to 4 ms old.
  process.cpuUsage();
  const length = readSync(schedstat, digits, 0, digits.length, 0);
  const [nanoseconds] = digits.latin1Slice(0, length).split(' ', 1);
  return Number(nanoseconds) / 1000;
}

/** How long a reading of that clock takes, once its code and data are in the caches. */
function clockCost() {
  threadTime();
  const before = threadTime();
  return threadTime() - before;
}

async function memory() {
  for (let pass = 0; pass < 3; pass++) {
    await sleep(50);
    globalThis.gc();
  }
  return { rss: process.memoryUsage.rss() };
}

/**
 * Runs a server on a free port of 127.0.0.1. `broadcast` sends an event to every connection,
 * `count` returns their number, and `commands` are those that only this server has.
 */
async function run({ server, count, broadcast: send, commands = {} }) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer({ port: server.address().port });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...numbers] = line.trim().split(/\s+/);
    if (command === 'count') answer({ count: count() });
    else if (command === 'begin') {
      cpuAtBegin = process.cpuUsage();
      threadAtBegin = threadTime();
      answer({ begun: true });
    } else if (command === 'broadcast') answer(await broadcast(send, ...numbers.map(Number)));
    else if (command === 'usage') answer(usage());
    else if (command === 'memory') answer(await memory());
    else if (Object.hasOwn(commands, command))
      answer(await commands[command](...numbers.map(Number)));
    else throw new Error(`unknown command ${line}`);
  }
  process.exit();
}

module.exports = { run, threadTime };
