// A reader can leave after any event. Its events before and after the return are exactly the run.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readUIMessageStream } from 'ai';
import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { SOON } from '../support/soon.mjs';
import { aiSdk, createRuns } from './site.mjs';

const RUNS = Number(process.env.SLUICE_SEEDS ?? 30);
const authorize = () => true;

const request = (cursor) =>
  new Request('http://local/', { headers: cursor && { 'Last-Event-ID': cursor } });

function eventsOf(text) {
  const events = [];
  createParser({ onEvent: ({ id, event, data }) => events.push({ id, event, data }) }).feed(text);
  return events;
}

async function read(runs, cursor) {
  const response = await runs.response(request(cursor), 'run');
  return response.status === 204 ? [] : eventsOf(await response.text());
}

/** The chunks of an answer: parts of several kinds with alternating deltas. */
const chunks = fc
  .array(
    fc.oneof(
      fc.record({ part: fc.nat(3), delta: fc.string({ unit: 'grapheme', maxLength: 8 }) }),
      fc.record({ part: fc.nat(3), delta: fc.constantFrom('a', '\n', 'data: x', '') }),
      fc.constant('step'),
    ),
    { maxLength: 40 },
  )
  .map((moves) => {
    const open = new Set();
    const written = [{ type: 'start', messageId: 'm' }];
    for (const move of moves) {
      if (move === 'step') {
        written.push({ type: 'data-note', data: { open: open.size } });
        continue;
      }
      const kind = move.part % 2 === 0 ? 'text' : 'reasoning';
      const id = `part-${move.part}`;
      if (!open.has(id)) written.push({ type: `${kind}-start`, id });
      open.add(id);
      written.push({ type: `${kind}-delta`, id, delta: move.delta });
    }
    for (const id of open) {
      const kind = Number(id.at(-1)) % 2 === 0 ? 'text' : 'reasoning';
      written.push({ type: `${kind}-end`, id });
    }
    return [...written, { type: 'finish' }];
  });

/** The message that useChat would show for these events. */
async function messageOf(events) {
  const stream = ReadableStream.from(
    events.filter(({ data }) => data !== '[DONE]').map(({ data }) => JSON.parse(data)),
  );
  let last;
  for await (const message of readUIMessageStream({ stream })) last = structuredClone(message);
  return last;
}

describe('a reader that leaves after any event', SOON, () => {
  // Fetch bodies do not keep the process alive.
  let alive;
  before(() => {
    alive = setInterval(() => {}, 1000);
  });
  after(() => clearInterval(alive));

  test('gets exactly the rest of the run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { maxLength: 30 }), async (items) => {
        const runs = createRuns({ authorize });
        const { finished } = await runs.start('run', () => items);
        // One reader during the run, and one after it.
        const live = await read(runs);
        await finished;
        const canonical = await read(runs);
        assert.deepEqual(live, canonical);
        assert.equal(canonical.length, items.length);
        for (const [index, { id }] of canonical.entries()) {
          const k = index + 1;
          assert.deepEqual(canonical.slice(0, k).concat(await read(runs, id)), canonical);
        }
        await runs.close();
      }),
      { numRuns: RUNS },
    );
  });

  test('gets an equivalent compacted run, and can resume it after any event', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (written) => {
        const format = { ...aiSdk, replayFinished: true };
        const plain = createRuns({ authorize, format });
        const compacting = createRuns({ authorize, format, compact: true });
        for (const runs of [plain, compacting]) {
          await (await runs.start('run', () => written)).finished;
        }
        const canonical = await read(plain);
        const compacted = await read(compacting);
        assert.ok(compacted.length <= canonical.length);
        assert.deepEqual(await messageOf(compacted), await messageOf(canonical));
        const starts = (events) => events.filter(({ data }) => data.includes('-start"')).length;
        assert.equal(starts(compacted), starts(canonical));
        for (const [index, { id }] of compacted.entries()) {
          const resumed = compacted.slice(0, index + 1).concat(await read(compacting, id));
          assert.deepEqual(await messageOf(resumed), await messageOf(canonical));
        }
        await Promise.all([plain.close(), compacting.close()]);
      }),
      { numRuns: RUNS },
    );
  });
});
