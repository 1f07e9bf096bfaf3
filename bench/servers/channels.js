// The optional argument is JSON: the number of `channels`, and the `engine` and `url` of their
// backplane.
//
// A client with the number n joins the first 1 + n modulo CHANNELS channels. Event number n goes to
// channel n modulo CHANNELS. Commands in addition to those of `control.js`:
//
//   state             → { state }    the state of the backplane
//   block MS          → { blocked }  blocks the JavaScript thread right after the answer
//   cursors FIRST...  → { cursors }  for each number, the id of the event before it
//   watch             → { watched }  the JavaScript thread is watched from now on
//   blocked           → { turn, delay }
//                                    milliseconds: the most CPU time of one turn of the event loop,
//                                    and the longest delay of a timer of 1 ms

const { createServer } = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { Channel, Connection } = require('../..');
const { run, threadTime } = require('../control.js');

const { channels: CHANNELS = 50, engine, url } = JSON.parse(process.argv[2] ?? '{}');
/** Bytes. The bench publishes faster than any engine accepts events. */
const QUEUE = 256 << 20;
const FRAME = /^id: (\S+)\nevent: tick\ndata: .*"sent":"\d+\.(\d+)"/gm;

const backplanes = {
  redis: () => require('../../redis.js').redisBackplane({ url, maxQueueBytes: QUEUE }),
  nats: () => require('../../nats.js').natsBackplane({ servers: url, maxQueueBytes: QUEUE }),
};
const backplane = engine && backplanes[engine]();
const channels = Array.from({ length: CHANNELS }, (_none, number) =>
  backplane ? new Channel({ name: String(number), backplane }) : new Channel(),
);
const delay = monitorEventLoopDelay({ resolution: 1 });
let sent = 0;
let sampler;
let sampledAt = 0;
let longest = 0;

const server = createServer((req, res) => {
  const client = Number(req.url.split('client=')[1]);
  // With an unknown cursor, a client gets all events, which the bench reports as an error.
  const connection = new Connection(req, res, { onGap: 'all' });
  for (let number = 0; number <= client % CHANNELS; number++) channels[number].add(connection);
});

function block(milliseconds) {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  setTimeout(() => Atomics.wait(cell, 0, 0, milliseconds), 1);
  return { blocked: milliseconds };
}

/** Reads the contents of the histories, as a client of all channels. Returns ids by number. */
async function idsByNumber() {
  const { port } = server.address();
  const { body } = await fetch(`http://127.0.0.1:${port}/events?client=${CHANNELS - 1}`, {
    headers: { 'Last-Event-ID': 'unknown' },
  });
  const last = String(sent - 1).padStart(8, '0');
  let text = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (piece.includes('\n') && text.slice(-1000).includes(`.${last}"`)) break;
  }
  return new Map(Array.from(text.matchAll(FRAME), ([, id, number]) => [Number(number), id]));
}

async function cursors(...firsts) {
  const ids = await idsByNumber();
  return { cursors: firsts.map((first) => `${first}:${ids.get(first - 1)}`) };
}

/** Between two timers of 1 ms, at most one turn takes longer than that. */
function sample() {
  const now = threadTime();
  longest = Math.max(longest, now - sampledAt);
  sampledAt = now;
}

/**
 * The delay of a timer includes the time of other threads on the same core, such as the I/O thread.
 * The CPU time does not.
 */
function watch() {
  sampledAt = threadTime();
  longest = 0;
  sampler = setInterval(sample, 1);
  delay.reset();
  return { watched: delay.enable() };
}

function blocked() {
  delay.disable();
  clearInterval(sampler);
  return { turn: longest / 1000, delay: delay.max / 1e6 };
}

run({
  server,
  count: () => channels[0].count(),
  broadcast: ({ event, data }) => {
    channels[sent % CHANNELS].send({ event, data });
    sent += 1;
  },
  commands: { state: () => ({ state: backplane.state }), block, cursors, watch, blocked },
});
