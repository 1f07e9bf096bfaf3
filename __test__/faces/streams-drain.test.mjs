// The readers of streams end when the process drains. A process drains once, so this is one test.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { createStreams, listen, state, TEXT_TYPE } from './streams/serving.mjs';

const { drain } = createRequire(import.meta.url)('../../index.js');

test('readers end when the process drains, and stored data stays readable', SOON, async (t) => {
  const streams = createStreams({ longPollTimeout: 2 ** 31 - 1 });
  t.after(() => streams.close());
  const origin = await listen(t, streams.fetch);
  const url = `${origin}/a`;
  await fetch(url, { method: 'PUT', headers: TEXT_TYPE, body: 'x' });
  const stream = await fetch(`${url}?offset=-1&live=sse`);
  const poll = fetch(`${url}?offset=now&live=long-poll`);
  await until(() => state(streams).waiting === 1, 'a long-poll');
  const drained = drain({ within: 0, retry: 1000 });
  const answer = await poll;
  assert.equal(answer.status, 503);
  assert.match(answer.headers.get('Retry-After'), /^\d+$/);
  assert.match(
    await stream.text(),
    /^event: data\ndata: x\n\nevent: control\n.*\n\nretry: 1000\n\n$/,
  );
  assert.equal((await drained).ended, 1);
  for (const live of ['sse', 'long-poll']) {
    const refused = await fetch(`${url}?offset=now&live=${live}`);
    assert.equal(refused.status, 503);
    assert.match(refused.headers.get('Retry-After'), /^\d+$/);
  }
  assert.equal(await (await fetch(url)).text(), 'x');
  assert.deepEqual(state(streams).waiting, 0);
});
