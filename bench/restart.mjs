// Draws the load that a restart puts on the next process: 10,000 clients of a process that shuts
// down reconnect to another process, each after the `retry` that it received.
//
//   node bench/restart.mjs [clients] [milliseconds of `within`]
import net from 'node:net';
import { Child, killAll } from './child.mjs';

const [clients = 10_000, within = 10_000] = process.argv.slice(2).map(Number);
const OPTIONS = { within, retry: { min: 1000, max: 5000 } };
/** The clients open their first connections in groups. */
const GROUP = 200;
const WIDTH = 60;

let old;
let next;
const ends = [];
const returns = [];
const faults = [];
const finished = Promise.withResolvers?.() ?? deferred();

/** For Node.js 20. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Opens a stream. Resolves when its head has arrived. */
function open(port, onEnd) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write('GET / HTTP/1.1\r\nHost: bench\r\n\r\n');
    });
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      if (text === '') resolve();
      text += chunk;
    });
    socket.on('error', reject).on('end', () => {
      socket.end();
      onEnd?.(text);
    });
  });
}

/** Called when the old process has ended a client, which then connects to the next process. */
function goOn(text) {
  ends.push(performance.now());
  const retry = /\r\nretry: (\d+)\n\n\r\n(?:.*\r\n)*?0\r\n\r\n$/.exec(text)?.[1];
  if (retry === undefined) faults.push(`no clean end: ${JSON.stringify(text.slice(-80))}`);
  setTimeout(
    async () => {
      await open(next.port).catch((error) => faults.push(error.message));
      returns.push(performance.now());
      if (returns.length === clients) finished.resolve();
    },
    Number(retry ?? 0),
  );
}

/** Counts by second. */
function seconds(times, start) {
  const counts = [];
  for (const time of times) {
    const second = Math.floor((time - start) / 1000);
    counts[second] = (counts[second] ?? 0) + 1;
  }
  return Array.from(counts, (count) => count ?? 0);
}

function draw(title, counts) {
  const most = Math.max(...counts);
  const bar = (count) => '█'.repeat(Math.round((count / most) * WIDTH));
  const lines = counts.map(
    (count, second) => `${String(second).padStart(3)} s ${bar(count)} ${count}`,
  );
  console.log([`\n${title}`, ...lines].join('\n'));
}

async function start() {
  const child = new Child(process.execPath, [
    new URL('servers/restart.js', import.meta.url).pathname,
    JSON.stringify(OPTIONS),
  ]);
  return { child, ...(await child.answer()) };
}

try {
  [old, next] = [await start(), await start()];
  for (let opened = 0; opened < clients; opened += GROUP) {
    const count = Math.min(GROUP, clients - opened);
    await Promise.all(Array.from({ length: count }, () => open(old.port, goOn)));
  }
  const begin = performance.now();
  old.child.signal('SIGTERM');
  const result = await old.child.answer();
  const closed = performance.now() - begin;
  await finished.promise;
  draw('ends per second', seconds(ends, begin));
  draw('returns per second', seconds(returns, begin));
  const counts = seconds(returns, begin);
  const mean = clients / ((Math.max(...returns) - Math.min(...returns)) / 1000);
  console.log(`\n${JSON.stringify(result)}; the server closed after ${Math.round(closed)} ms`);
  console.log(`the last stream ended after ${Math.round(Math.max(...ends) - begin)} ms`);
  console.log(
    `most returns in a second: ${(Math.max(...counts) / mean).toFixed(2)} times the mean`,
  );
  if (faults.length > 0) throw new Error(`${faults.length} faults: ${faults[0]}`);
} finally {
  killAll();
}
process.exit();
