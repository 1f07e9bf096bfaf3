// Ends a process at the moment of a seed. Checks its exit code and the streams of its clients.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Random } from '../../channel/resume-model/random.mjs';
import { until } from '../../support/until.mjs';
import { Client } from './client.mjs';
import { MOMENTS } from './moments.mjs';
import { expected, OF_WORKERS, WAYS } from './ways.mjs';

const program = fileURLToPath(new URL('process.mjs', import.meta.url));
const OVERFLOWS = ['disconnect', 'drop-oldest', 'conflate', 'reread'];

/** Derives the parameters from a seed. Consecutive seeds cover all pairs of moment and way. */
export function plan(seed) {
  const random = new Random(seed);
  const way = WAYS[Math.floor(seed / MOMENTS.length) % WAYS.length];
  return {
    moment: MOMENTS[seed % MOMENTS.length],
    way,
    worker: random.oneIn(3) || OF_WORKERS.includes(way),
    transport: random.oneIn(3) ? 'stream' : 'auto',
    overflow: OVERFLOWS[random.below(OVERFLOWS.length)],
    clients: 1 + random.below(6),
    turns: random.below(6),
    events: 1 + random.below(300),
    speaksLast: random.oneIn(2),
    code: random.below(200),
  };
}

/** Starts the process. `status` becomes its exit code or the signal that ended it. */
function start(given) {
  const child = spawn(process.execPath, [program, JSON.stringify(given)], { stdio: 'pipe' });
  const run = { child, out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    run.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    run.err += chunk;
  });
  child.on('close', (code, signal) => {
    run.status = signal ?? code;
  });
  // Also resolves if the process ends without printing a match.
  run.has = (pattern) =>
    until(
      () => pattern.exec(run.out) ?? (run.status !== undefined && ['']),
      () => `${pattern} in ${run.out}${run.err}`,
    );
  return run;
}

/**
 * Node.js aborts if a worker is terminated while it reads an HTTP request. The stack in its report
 * then names the parser and not the addon.
 */
function isCrashOfNode({ way, worker }, { status, err }) {
  const isEnded = worker && OF_WORKERS.includes(way);
  const isParser =
    /FATAL ERROR: v8::ToLocalChecked[\s\S]*llhttp/.test(err) && !/\.node\]/.test(err);
  return isEnded && status === 'SIGABRT' && isParser;
}

/** Runs the process to its end. Returns its clients, except those that have left. */
export async function end(given) {
  const run = start(given);
  try {
    const [, port] = await run.has(/^port (\d+)$/m);
    assert.ok(port, `no port: ${run.err}`);
    const connecting = Array.from({ length: given.clients }, () => Client.connect(port, given));
    const clients = (await Promise.all(connecting)).filter(Boolean);
    if (given.moment === 'listener') {
      await until(() => clients[0].wasServed, 'the head');
      clients.shift().leave();
    }
    await run.has(/^now$/m);
    for (const client of clients) client.read();
    await until(
      () => run.status !== undefined,
      () => `the end of the process, which printed ${run.out}${run.err}`,
    );
    if (!isCrashOfNode(given, run)) {
      assert.equal(run.status, expected(given), `${run.out}${run.err}`);
    }
    await Promise.all(clients.map((client) => client.over()));
    return clients;
  } finally {
    run.child.kill('SIGKILL');
  }
}

/** Whether the overflow policy disconnects clients that do not read. */
const endsEarly = ({ moment, overflow }) => moment === 'queues' && overflow === 'disconnect';

/** Runs a seed and adds the results to the counts. */
export async function play(seed, counts) {
  const given = plan(seed);
  try {
    for (const client of await end(given)) {
      counts.events += client.check(given);
      counts[client.complete ? 'clean' : 'cut'] += 1;
      if (given.way === 'natural' && client.wasServed && !endsEarly(given)) {
        assert.ok(client.complete, 'the stream of a client was cut');
      }
    }
    counts.processes += 1;
  } catch (error) {
    const message = `seed ${seed}: ${error.message}, ${JSON.stringify(given)}`;
    throw new Error(message, { cause: error });
  }
}
