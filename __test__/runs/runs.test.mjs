// Tests runs in one process: streams that outlive their readers.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { controlled, createRuns, over, serve } from './site.mjs';

const { metrics } = sluice;
const WORDS = ['one', 'two', 'three'];
const ids = (client) => Array.from(client.text.matchAll(/^id: (.*)$/gm), (match) => match[1]);

describe('a run', SOON, () => {
  test('exists before its first event, and continues without readers', async (t) => {
    const { runs, read } = await serve(t);
    const { source, give, end } = controlled();
    const { finished } = await runs.start('a', source);
    assert.equal((await runs.status('a')).state, 'running');
    const early = await read('a');
    assert.equal(early.status, 200);
    early.leave();
    give(...WORDS);
    await until(async () => (await runs.status('a')).events === 3, 'three events');
    const late = await read('a');
    await late.count(3);
    give('four');
    end();
    assert.deepEqual((await over(late)).data, [...WORDS, 'four']);
    assert.equal(late.end, 'clean');
    const { state, events, endedAt } = await finished;
    assert.deepEqual({ state, events }, { state: 'done', events: 4 });
    assert.ok(endedAt instanceof Date);
  });

  test('gives each reader exactly the events after its cursor', async (t) => {
    const { runs, read } = await serve(t);
    const { finished } = await runs.start('a', () => WORDS);
    await finished;
    const all = await over(await read('a'));
    assert.deepEqual(all.data, WORDS);
    const [first, second, third] = ids(all);
    for (const [headers, query, expected] of [
      [{ 'Last-Event-ID': first }, '', ['two', 'three']],
      [{ 'Last-Event-ID': second }, '', ['three']],
      [{}, `?lastEventId=${first}`, ['two', 'three']],
      [{}, '?starting_after=1', ['two', 'three']],
      [{}, '?startIndex=0', WORDS],
      [{}, '?startIndex=3', []],
      [{}, '?startIndex=-2', ['two', 'three']],
      [{}, '?startIndex=-20', WORDS],
      [{}, `?starting_after=${third}`, []],
    ]) {
      const client = await over(await read(`a${query}`, headers));
      assert.deepEqual(client.data, expected, JSON.stringify({ headers, query }));
    }
  });

  test('responds with 204 to an EventSource that has all events', async (t) => {
    const { runs, read } = await serve(t);
    const { finished } = await runs.start('a', () => WORDS);
    await finished;
    const last = ids(await over(await read('a'))).at(-1);
    assert.equal((await read('a', { 'Last-Event-ID': last })).status, 204);
  });

  test('responds with an error status if it cannot be read', async (t) => {
    const { runs, read } = await serve(t);
    await (await runs.start('a', () => WORDS, { owner: 'ann' })).finished;
    const status = async (...request) => (await read(...request)).status;
    assert.equal(await status('other'), 404);
    assert.equal(await status('a'), 403);
    assert.equal(await status('a', { 'x-user': 'bob' }), 403);
    assert.equal(await status('a', { 'x-user': 'ann' }), 200);
    const foreign = await over(await read('a', { 'Last-Event-ID': 'x', 'x-user': 'ann' }));
    assert.deepEqual(foreign.data, ['{}', ...WORDS]);
    for (const query of ['startIndex=4', 'startIndex=x', 'starting_after=1.5']) {
      assert.equal(await status(`a?${query}`, { 'x-user': 'ann' }), 400, query);
    }
  });

  test('is stopped with its source, and its readers get an event', async (t) => {
    const { runs, read } = await serve(t);
    const { source, state, give } = controlled();
    const { finished } = await runs.start('a', source);
    give('one');
    const client = await read('a');
    await client.count(1);
    assert.equal(await runs.stop('a'), true);
    assert.equal(state.signal.aborted, true);
    assert.equal(state.isStopped, true);
    await over(client);
    assert.match(client.text, /data: one\n\nid: \w+\.2\nevent: stopped\ndata: \{\}\n\n/);
    assert.equal((await finished).state, 'stopped');
    assert.equal(await runs.stop('a'), false);
    assert.equal(await runs.stop('other'), false);
  });

  test('ends with one error event without details when it fails', async (t) => {
    const errors = [];
    const onError = (error, run) => errors.push([error.message, run.id]);
    const { runs, read } = await serve(t, { onError });
    const failing = async function* () {
      yield 'one';
      throw new Error('a secret');
    };
    await (await runs.start('a', failing)).finished;
    const client = await over(await read('a'));
    assert.equal(client.text.match(/event: failed/g).length, 1);
    assert.doesNotMatch(client.text, /secret/);
    assert.deepEqual(errors, [['a secret', 'a']]);
    assert.equal((await runs.status('a')).state, 'failed');
    await (await runs.start('b', () => Promise.reject(new Error('no source')))).finished;
    assert.deepEqual(errors.at(-1), ['no source', 'b']);
  });

  test('fails when it becomes too large', async (t) => {
    const errors = [];
    const onError = (error) => errors.push(error.code);
    const { runs, read } = await serve(t, { onError, maxEvents: 2, maxBytes: 100 });
    await (await runs.start('many', () => WORDS)).finished;
    await (await runs.start('large', () => ['x'.repeat(99), 'xx'])).finished;
    assert.deepEqual(errors, ['ERR_SSE_RUN_SIZE', 'ERR_SSE_RUN_SIZE']);
    assert.deepEqual((await over(await read('many'))).data.slice(0, 2), ['one', 'two']);
    assert.equal((await over(await read('large'))).data.length, 2);
  });

  test('replaces a run with the same id only after that run has ended', async (t) => {
    const { runs, read } = await serve(t);
    const { source, give, end } = controlled();
    const { finished } = await runs.start('a', source);
    await assert.rejects(
      runs.start('a', () => WORDS),
      { code: 'ERR_SSE_RUN_EXISTS' },
    );
    give('old');
    end();
    await finished;
    const old = ids(await over(await read('a'))).at(-1);
    await (await runs.start('a', () => WORDS)).finished;
    const client = await over(await read('a', { 'Last-Event-ID': old }));
    assert.match(client.text, /^event: sluice\.reset\ndata: \{\}\n\n/m);
    assert.deepEqual(client.data, ['{}', ...WORDS]);
  });

  test('is removed with all its events after its ttl', async (t) => {
    const { runs, read } = await serve(t, { ttl: 1 });
    const { finished } = await runs.start('a', () => WORDS);
    await finished;
    await until(async () => (await runs.status('a')) === undefined, 'the run to be removed');
    assert.equal((await read('a')).status, 404);
  });

  test('releases all memory, also after a thousand runs whose readers have left', async (t) => {
    const before = metrics();
    const { runs, read } = await serve(t, { ttl: 1, maxRuns: 2000 });
    const sources = Array.from({ length: 1000 }, controlled);
    const finished = [];
    for (const [number, { source, give }] of sources.entries()) {
      finished.push((await runs.start(`run-${number}`, source)).finished);
      give('one');
    }
    for (let number = 0; number < sources.length; number += 50) {
      const clients = await Promise.all(
        sources.slice(number, number + 50).map((_source, index) => read(`run-${number + index}`)),
      );
      for (const client of clients) await client.count(1);
      for (const client of clients) client.leave();
    }
    for (const { give, end } of sources) {
      give('two');
      end();
    }
    await Promise.all(finished);
    const kept = ({ channels, history: { bytes }, queuedBytes, connections }) => ({
      channels,
      bytes,
      queuedBytes,
      open: connections.native + connections.stream,
    });
    await until(
      () => JSON.stringify(kept(metrics())) === JSON.stringify(kept(before)),
      () => `all memory to be released: ${JSON.stringify(kept(metrics()))}`,
    );
  });

  test('counts towards maxRuns, and a new run replaces the oldest ended one', async (t) => {
    const { runs } = await serve(t, { maxRuns: 2 });
    await (await runs.start('a', () => WORDS)).finished;
    const { source } = controlled();
    await runs.start('b', source);
    await runs.start('c', source);
    assert.equal(await runs.status('a'), undefined);
    await assert.rejects(runs.start('d', source), { code: 'ERR_SSE_RUN_LIMIT' });
    assert.equal((await runs.status('b')).state, 'running');
  });

  test('is listed by its owner', async (t) => {
    const { runs } = await serve(t);
    await runs.start('a', () => WORDS, { owner: 'ann' });
    await runs.start('b', () => WORDS, { owner: 'bob' });
    await runs.start('c', () => WORDS, { owner: 'ann' });
    assert.deepEqual(
      (await runs.list('ann')).map(({ id }) => id),
      ['a', 'c'],
    );
    assert.deepEqual(await runs.list('nobody'), []);
  });

  test('can be read as a Fetch Response', async (t) => {
    const { runs } = await serve(t);
    await (await runs.start('a', () => WORDS)).finished;
    const request = (init) => new Request('http://local/a', init);
    const response = await runs.response(request(), 'a');
    assert.match(await response.text(), /data: one\n\n[\s\S]*data: three\n\n/);
    const again = request({ headers: { 'Last-Event-ID': '1' } });
    assert.doesNotMatch(await (await runs.response(again, 'a')).text(), /one/);
    assert.equal((await runs.response(request(), 'other')).status, 404);
  });
});

describe('createRuns()', SOON, () => {
  test('needs authorize, and checks every option', async () => {
    const authorize = () => true;
    for (const options of [
      undefined,
      {},
      { authorize: true },
      { authorize, ttl: 0 },
      { authorize, maxRuns: 0 },
      { authorize, compact: true },
      { authorize, autorize: 1 },
      { authorize, format: { Done: {} } },
    ]) {
      assert.throws(() => createRuns(options), { code: 'ERR_SSE_OPTION' }, JSON.stringify(options));
    }
    const runs = createRuns({ authorize });
    await assert.rejects(
      runs.start('', () => []),
      { code: 'ERR_SSE_OPTION' },
    );
    await assert.rejects(runs.start('a', []), { code: 'ERR_SSE_TYPE' });
    await assert.rejects(
      runs.start('a', () => [], { owner: '' }),
      { code: 'ERR_SSE_OPTION' },
    );
    await runs.close();
    await assert.rejects(
      runs.start('a', () => []),
      { code: 'ERR_SSE_CLOSED' },
    );
  });
});
