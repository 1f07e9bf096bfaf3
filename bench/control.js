// The protocol of the servers: one line of words on standard input, one line of JSON as the answer.
//
//   count                 → { count }         connections that would get a broadcast
//   begin                 → { begun }         usage is counted from now on
//   broadcast COUNT RATE [BYTES]
//                         → { sent, call, callCpu }
//                                             COUNT events, RATE per second (0: no limit),
//                                             of 140 bytes or BYTES; the median duration of the
//                                             call, and of its CPU time, in microseconds
//   usage                 → { cpu, busy }     microseconds of the process and its JavaScript thread
//   memory                → { rss, heap }     bytes, after garbage collection

const { once } = require('node:events');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { setImmediate: turn, setTimeout: sleep } = require('node:timers/promises');

const clock = { exports: {} };
process.dlopen(clock, path.join(__dirname, 'load/target/release/libclock.so'));
/**
 * CPU time of the JavaScript thread, in microseconds. Durations would include the time of other
 * threads that preempt it.
 */
const { threadTime } = clock.exports;

const text = 'the quick brown fox jumps over the lazy dog, then again..';
/** Bytes of an event with that text. */
const SIZE = 140;

let sentBefore = 0;
let cpuAtBegin = process.cpuUsage();
let threadAtBegin = threadTime();

/** The text of an event of that many bytes, at least 83. */
const textOf = (size) => {
  const length = Math.max(text.length + size - SIZE, 0);
  return text.padEnd(length, '.').slice(0, length);
};

// The load client looks for `"sent":"`, the time and the number, each at its fixed width.
function makeEvent(number, size) {
  const id = String(sentBefore + number).padStart(8, '0');
  const time = String(process.hrtime.bigint()).padStart(20, '0');
  const sent = `${time}.${String(number).padStart(8, '0')}`;
  return { id, event: 'tick', data: { text: textOf(size), sent } };
}

/** Records the duration and the CPU time of a call, in microseconds. */
function timed(call, durations, times) {
  const timeBefore = threadTime();
  const calledAt = process.hrtime.bigint();
  const result = call();
  const duration = process.hrtime.bigint() - calledAt;
  times.push(threadTime() - timeBefore);
  durations.push(Number(duration) / 1000);
  return result;
}

/** The CPU time of reading the clocks, which is half of the time of a short call. */
function timeOfClocks() {
  const times = [];
  for (let pass = 0; pass < 10_000; pass++) timed(() => {}, [], times);
  return medianOf(times);
}

const ofClocks = timeOfClocks();

async function broadcast(send, count, rate, size = SIZE) {
  const calls = [];
  const times = [];
  const start = performance.now();
  for (let number = 0; number < count; number++) {
    if (rate > 0) {
      const wait = start + (number * 1000) / rate - performance.now();
      if (wait > 0) await sleep(wait);
      // After the pause, the first reading of the clocks takes longer than the others.
      timed(() => {}, [], []);
    }
    const event = makeEvent(number, size);
    const taken = timed(() => send(event), calls, times);
    // Waits for the server's back-pressure, if it reports any, and one turn of the event loop.
    await taken;
    await turn();
  }
  sentBefore += count;
  return { sent: count, call: medianOf(calls), callCpu: medianOf(times) - ofClocks };
}

function medianOf(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

function usage() {
  const { user, system } = process.cpuUsage(cpuAtBegin);
  return { cpu: user + system, busy: threadTime() - threadAtBegin };
}

async function memory() {
  for (let pass = 0; pass < 3; pass++) {
    await sleep(50);
    globalThis.gc();
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { rss, heap: heapUsed };
}

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/**
 * Runs a server on a free port of 127.0.0.1, or uses the `port` of a running one. `broadcast` sends
 * an event to every connection, and `count` returns their number. `commands` adds to the commands
 * below, or replaces them.
 */
async function run({ server, port, count, broadcast: send, commands = {} }) {
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer({ port: port ?? (await listen(server)) });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...numbers] = line.trim().split(/\s+/);
    if (Object.hasOwn(commands, command)) answer(await commands[command](...numbers.map(Number)));
    else if (command === 'count') answer({ count: await count() });
    else if (command === 'begin') {
      cpuAtBegin = process.cpuUsage();
      threadAtBegin = threadTime();
      answer({ begun: true });
    } else if (command === 'broadcast') answer(await broadcast(send, ...numbers.map(Number)));
    else if (command === 'usage') answer(usage());
    else if (command === 'memory') answer(await memory());
    else throw new Error(`unknown command ${line}`);
  }
  process.exit();
}

module.exports = { broadcast, run, threadTime };
