// Tests failures at the start of the core and of a response.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { until } from '../../support/until.mjs';
import { plain } from './plain.mjs';
import { run } from './program.mjs';

const SOON = { timeout: 60_000 };
const windows = process.platform === 'win32' && 'needs a POSIX shell';

for (const [spare, what] of [
  [1, 'at all'],
  [5, 'its second thread'],
]) {
  test(`the framework gets an error if the core cannot start ${what}`, {
    ...SOON,
    skip: windows,
  }, async (t) => {
    const args = [String(spare)];
    const program = await run(t, 'no-core', { shell: 'ulimit -n 64', args });
    const client = await program.connect();
    await client.has('ERR_SSE_START');
    assert.match(client.head, /^HTTP\/1\.1 500 /);
    assert.match(client.head, /\r\ncontent-type: text\/html/i);
    assert.match(client.body, /raise the limits/);
    const next = await program.connect();
    await next.has('data: hello\n\n');
    assert.match(next.head, /^HTTP\/1\.1 200 /);
  });
}

test('an invalid head leaves no connection behind', SOON, async (t) => {
  const { connections } = createRequire(import.meta.url)('../../../lib/core/notices.js');
  const { connect } = await plain(t, {
    handler(req, res, open) {
      try {
        open(req, res, { headers: { 'X-Bad': 'a\nb' } });
      } catch (error) {
        res.statusCode = 500;
        res.end(error.code);
      }
    },
  });
  const client = (await connect()).get();
  await client.has('ERR_INVALID_CHAR');
  assert.match(client.head, /^HTTP\/1\.1 500 /);
  await until(() => connections.size === 0, 'the connection to close');
});
