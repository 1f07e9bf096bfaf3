// Tests that an application error does not stop the other steps of closing a connection.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import http from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

/** Runs one of `programs/` and returns the object that it prints. */
async function run(name, ...args) {
  const program = fileURLToPath(new URL(`../support/programs/${name}.mjs`, import.meta.url));
  const command = [program, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, SOON);
  return JSON.parse(stdout);
}

for (const transport of ['native', 'stream']) {
  test(`listener errors are reported, and no event is lost: ${transport}`, SOON, async () => {
    const failed = ['close', 'empty', 'leave', 'onDisconnect', 'res.end'];
    assert.deepEqual(await run('failing-listeners', transport), {
      happened: ['close', 'empty', 'end() resolved', 'leave', 'onDisconnect', 'res.end'],
      errors: failed,
      members: 0,
    });
  });
}

test('a res.write that throws ends only its own stream and is reported', SOON, async () => {
  const result = await run('failing-write');
  assert.deepEqual(result, { reason: 'error', errors: ['res.write'] });
});

test('channel.close() calls every listener, then throws the first error', SOON, async (t) => {
  const channel = new sluice.Channel();
  const server = http.createServer((req, res) => channel.add(new sluice.Connection(req, res)));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const requests = [1, 2].map(() => http.get({ port, agent: false }).on('error', () => {}));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await Promise.all(requests.map((request) => new Promise((ok) => request.on('response', ok))));
  const told = [];
  channel.on('leave', () => {
    told.push('leave');
    if (told.length === 1) throw new Error('broken');
  });
  channel.on('close', () => told.push('close'));
  assert.throws(() => channel.close(), { message: 'broken' });
  assert.deepEqual(told, ['leave', 'leave', 'close']);
});
