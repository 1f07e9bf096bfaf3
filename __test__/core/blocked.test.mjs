// Tests pings and delivery while JavaScript is blocked for 10 seconds.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../carrier/handover/program.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

/** How long the program blocks, in milliseconds. */
const BLOCKED = 10_000;
/** The interval of the program's pings, in milliseconds. */
const INTERVAL = 1000;
/** The number of the event that the program sends just before it blocks. */
const BEFORE = 12_001;
const AFTER = BEFORE + 1;
/** After this many bytes, the core has the socket and the replay. */
const BEGINNING = 64 << 10;

const pings = (client) => client.text.match(/^:$/gm)?.length ?? 0;
const has = (client, number) => client.received.includes(`data: ${number} `);

const numbersOf = (client) =>
  [...client.chunks().text.matchAll(/^data: (\d+) /gm)].map(([, number]) => Number(number));

const range = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

/** Connects idle clients and a returning client that stops reading. Then the program blocks. */
async function block(t, transport) {
  const program = await run(t, 'blocked-long', { args: [String(BLOCKED), transport] });
  const waiting = [await program.connect(), await program.connect()];
  for (const client of waiting) await until(() => pings(client) > 0, 'a ping');
  const returning = await program.connect('Last-Event-ID: 1\r\n');
  const pause = () => {
    if (returning.received.length > BEGINNING) returning.socket.pause();
  };
  returning.socket.on('data', pause);
  await until(() => returning.socket.isPaused(), 'the beginning of the replay');
  returning.socket.off('data', pause);
  // After these pings, the program has noticed that this client is slow.
  const soon = pings(waiting[0]) + 3;
  await until(() => pings(waiting[0]) >= soon, 'more pings');
  program.child.stdin.write('block');
  await program.says('blocked');
  return { program, waiting, returning };
}

/** Checks that all clients have received every event once, in order. */
async function check({ program, waiting, returning }) {
  await until(
    () => [...waiting, returning].every((client) => has(client, AFTER)),
    () => `the last event: ${program.out}`,
  );
  for (const client of waiting) assert.deepEqual(numbersOf(client), range(BEFORE, AFTER));
  assert.deepEqual(numbersOf(returning), range(2, AFTER));
  assert.doesNotMatch(program.out, /closed/);
  assert.equal(program.err, '');
}

describe('while JavaScript is blocked for 10 s', { concurrency: true }, () => {
  test('native: pings continue, and queued events arrive', SOON, async (t) => {
    const clients = await block(t, 'auto');
    const { program, waiting, returning } = clients;
    const before = waiting.map(pings);
    returning.socket.resume();
    await until(
      () => [...waiting, returning].every((client) => has(client, BEFORE)),
      'the replay and the event sent before the block',
    );
    assert.doesNotMatch(program.out, /free/);
    await program.says('free');
    for (const [at, client] of waiting.entries()) {
      const count = pings(client) - before[at];
      assert.ok(count >= BLOCKED / INTERVAL - 1, `${count} pings`);
    }
    await check(clients);
  });

  test('stream: connections survive and receive all events afterwards', SOON, async (t) => {
    const clients = await block(t, 'stream');
    const { program, waiting, returning } = clients;
    returning.socket.resume();
    await program.says('free');
    const before = waiting.map(pings);
    await check(clients);
    for (const [at, client] of waiting.entries()) {
      await until(() => pings(client) > before[at], 'a ping');
    }
    assert.doesNotMatch(program.out, /closed/);
  });
});
