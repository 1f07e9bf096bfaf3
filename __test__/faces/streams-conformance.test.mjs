// Runs the conformance suite of the Durable Streams protocol against a server of Node.js.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SOON } from '../support/soon.mjs';
import { createStreams, listen } from './streams/serving.mjs';

const folder = fileURLToPath(new URL('streams/conformance', import.meta.url));
const require = createRequire(import.meta.url);
const suite = createRequire(require.resolve('@durable-streams/server-conformance-tests'));
const vitest = path.join(path.dirname(suite.resolve('vitest/package.json')), 'vitest.mjs');

/** The number of tests of the suite, without those of subscriptions. */
const TESTS = 332;
/** The number of tests of subscriptions, which wake workers by webhook and are not supported. */
const SKIPPED = 6;
/**
 * These tests expect `data:x` in the text of event streams. sluice sends `data: x`, like the
 * examples of the protocol. Parsers remove the space.
 */
const ABOUT_THE_SPACE = [
  'SSE Mode should generate streamCursor in SSE control events',
  'SSE Mode should handle cursor collision with jitter in SSE mode',
  'SSE Mode should handle newlines in text/plain payloads',
];

/** Runs the suite, or the tests that the options select. */
async function run(t, origin, ...options) {
  const report = path.join(tmpdir(), `sluice-conformance-${process.pid}-${options.length}.json`);
  t.after(() => rmSync(report, { force: true }));
  const reporter = ['--reporter=json', `--outputFile=${report}`];
  const args = [vitest, 'run', '--root', folder, ...reporter, ...options];
  const env = { ...process.env, CONFORMANCE_TEST_URL: origin };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill());
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  await once(child, 'close');
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return assert.fail(`the suite has not run: ${output}`);
  }
}

/** The names of the tests that failed, and why. */
function failures({ testResults }) {
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = all.filter(({ status }) => status === 'failed');
  return new Map(failed.map(({ fullName, failureMessages }) => [fullName, failureMessages[0]]));
}

/** Runs some tests of the suite again, one after the other. */
async function passesAlone(t, origin, names) {
  const pattern = names
    .map((name) => `^${name.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`)
    .join('|');
  const result = await run(t, origin, '--maxConcurrency=1', '--testNamePattern', pattern);
  assert.deepEqual([...failures(result)], []);
  assert.equal(result.numPassedTests, names.length);
}

/** The answer without the optional space of event streams. */
function compact(answer) {
  if (answer.headers.get('Content-Type') !== 'text/event-stream') return answer;
  const decoder = new TextDecoder();
  const body = answer.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        controller.enqueue(Buffer.from(text.replaceAll('\ndata: ', '\ndata:')));
      },
    }),
  );
  return new Response(body, answer);
}

test(
  'the conformance suite passes, except for three tests of an optional space',
  SOON,
  async (t) => {
    const streams = createStreams({ cors: { origin: '*' }, longPollTimeout: 1000 });
    t.after(() => streams.close());
    const origin = await listen(t, streams.fetch);
    const result = await run(t, origin);
    const others = [...failures(result).keys()].filter((name) => !ABOUT_THE_SPACE.includes(name));
    assert.equal(result.numPassedTests, TESTS - ABOUT_THE_SPACE.length - others.length);
    assert.equal(result.numPendingTests, SKIPPED);
    // On a busy machine, tests of expiry may fail beside others. They must pass alone.
    if (others.length > 0) await passesAlone(t, origin, others);
  },
);

test('the three tests pass without the optional space', SOON, async (t) => {
  const streams = createStreams();
  t.after(() => streams.close());
  const origin = await listen(t, async (request) => compact(await streams.fetch(request)));
  const result = await run(t, origin, '--testNamePattern', ABOUT_THE_SPACE.join('|'));
  assert.deepEqual([...failures(result)], []);
  assert.equal(result.numPassedTests, ABOUT_THE_SPACE.length);
});
