// Adopted streams while the process drains. A drain cannot be undone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drain } from '../../index.js';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { bodyOf, events, site } from './adopt/site.mjs';

test('a drain ends adopted streams, cancels their bodies, and refuses more', SOON, async (t) => {
  const all = [];
  const respond = () => {
    const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
    all.push(seen);
    return events(body);
  };
  const { connect, errors } = await site(t, respond);
  const client = await connect('/');
  await until(() => client.data.length === 1, 'the frame');
  await drain({ within: 1 });
  await until(() => client.end, 'the end');
  assert.equal(client.end, 'clean');
  assert.match(client.text, /^data: 1\n\nretry: \d+\n\n$/);
  await until(() => all[0].cancelled === 1, 'the cancel');
  const late = await connect('/');
  await until(() => late.end, 'the end');
  assert.equal(late.status, 503);
  assert.match(late.headers['retry-after'], /^\d+$/);
  assert.equal(all[1].cancelled, 1);
  assert.deepEqual(
    errors.map(({ code }) => code),
    ['ERR_SSE_DRAINING'],
  );
});
