// Runs with a faulty source, format or owner. Their readers still end, and all memory is released.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { controlled, over, serve } from './site.mjs';

const { metrics } = sluice;
const fault = () => {
  throw new Error('the format fails');
};

describe('a run whose format fails', SOON, () => {
  for (const [name, format] of Object.entries({
    'failed() throws': { failed: fault },
    'failed() returns nothing': { failed: () => undefined },
    'failed() returns an invalid event': { failed: () => [{ event: 'two\nlines' }] },
    'done is invalid': { done: { event: 'two\nlines' } },
  })) {
    test(`still ends its readers: ${name}`, async (t) => {
      const errors = [];
      const onError = ({ message }) => errors.push(message);
      const { runs, read } = await serve(t, { format, onError });
      const { source, give } = controlled();
      const { finished } = await runs.start('a', source);
      give('one');
      const client = await read('a');
      await client.count(1);
      give(undefined);
      assert.equal((await finished).state, 'failed');
      assert.equal((await over(client)).end, 'clean');
      assert.equal(errors.length, 2, errors.join());
      await (await runs.start('a', () => ['again'])).finished;
    });
  }

  test('still ends its readers: stopped() throws', async (t) => {
    const { runs, read } = await serve(t, { format: { stopped: fault } });
    const { finished } = await runs.start('a', controlled().source);
    const client = await read('a');
    assert.equal(await runs.stop('a'), true);
    assert.equal((await finished).state, 'failed');
    assert.equal((await over(client)).end, 'clean');
  });

  test('cuts off the reader if the events of compact() cannot be sent', async (t) => {
    const compact = (events) => [...events, { id: 'two\nlines', data: '' }];
    const { runs, read } = await serve(t, { compact });
    await (await runs.start('a', () => ['one'])).finished;
    const outcome = await read('a').then(
      ({ status }) => status,
      ({ code }) => code,
    );
    assert.notEqual(outcome, undefined);
    await until(
      () => metrics().connections.native + metrics().connections.stream === 0,
      'all connections to close',
    );
  });
});

describe('simultaneous runs', SOON, () => {
  test('cannot have the same id', async (t) => {
    const { runs } = await serve(t);
    const sources = [controlled(), controlled()];
    const starts = await Promise.allSettled(sources.map(({ source }) => runs.start('a', source)));
    assert.deepEqual(
      starts.map(({ status, reason }) => [status, reason?.code]),
      [
        ['fulfilled', undefined],
        ['rejected', 'ERR_SSE_RUN_EXISTS'],
      ],
    );
  });

  test('keeps only the latest run of an id', async (t) => {
    const { runs } = await serve(t);
    const before = metrics().channels;
    for (let number = 0; number < 50; number += 1) {
      await (await runs.start('a', () => ['one'])).finished;
    }
    assert.equal(metrics().channels, before + 1);
  });
});

describe('a source', SOON, () => {
  test('is not opened after the runs are closed', async (t) => {
    const { runs } = await serve(t);
    let isOpened = false;
    const starting = runs.start('a', () => {
      isOpened = true;
      return new Promise(() => {});
    });
    await runs.close();
    assert.equal((await (await starting).finished).state, 'stopped');
    assert.equal(isOpened, false);
  });

  test('can be stopped before it starts', async (t) => {
    const { runs } = await serve(t);
    const starting = runs.start('a', controlled().source);
    assert.equal(await runs.stop('a'), true);
    assert.equal((await (await starting).finished).state, 'stopped');
  });

  test('is cancelled if it opens after its run was stopped', async (t) => {
    const { runs } = await serve(t);
    let open;
    await runs.start('a', () => new Promise((resolve) => (open = resolve)));
    await until(() => open, 'the source to be opened');
    await runs.stop('a');
    await new Promise((cancel) => open(new ReadableStream({ cancel })));
  });

  test('with many lines is kept completely', async (t) => {
    const { runs, read } = await serve(t, { maxBytes: 4000, maxEvents: 10 });
    await (await runs.start('a', () => ['one', '\n'.repeat(3900)])).finished;
    const { text } = await over(await read('a'));
    assert.equal(text.match(/^data:/gm).length, 1 + 3901);
  });

  test('of comments is subject to the same limits', async (t) => {
    const { runs, read } = await serve(t, { maxBytes: 4000 });
    const source = () => ['one', { comment: 'x'.repeat(5000) }];
    assert.equal((await (await runs.start('a', source)).finished).state, 'failed');
    assert.equal((await over(await read('a'))).data[0], 'one');
  });
});

describe('a reader', SOON, () => {
  test('gets a status if its run is removed while authorize() is pending', async (t) => {
    let decide;
    const authorize = () => new Promise((resolve) => (decide = resolve));
    const { runs, read } = await serve(t, { authorize, maxRuns: 1 });
    await (await runs.start('a', () => ['one'])).finished;
    const reading = read('a');
    await until(() => decide, 'authorize() to be called');
    await (await runs.start('b', () => ['two'])).finished;
    decide(true);
    assert.equal((await reading).status, 404);
  });

  test('gets empty data and empty lines of a compacted run', async (t) => {
    const { runs, read } = await serve(t, { compact: (events) => events });
    await (await runs.start('a', () => ['', '\n', 'one\n\ntwo', '\nthree\n'])).finished;
    const { text } = await over(await read('a'));
    const lines = text.match(/^data:.*$/gm).map((line) => line.slice(5).trim());
    assert.deepEqual(lines, ['', '', '', 'one', '', 'two', '', 'three', '']);
  });
});
