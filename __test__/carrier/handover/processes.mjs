// Tests handover in child processes: blocked JavaScript, workers and a lack of descriptors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.mjs';
import { run } from './program.mjs';

const SOON = { timeout: 240_000 };
const windows = process.platform === 'win32' && 'needs a POSIX shell';
const linux = process.platform === 'linux' ? false : 'counts threads in /proc';

const HEARTBEAT = /^event: heartbeat\ndata: \{\}\n\n/gm;

for (const ending of ['client', 'server']) {
  test(
    `an open connection keeps the process alive until the ${ending} ends it`,
    SOON,
    async (t) => {
      const program = await run(t, 'last-connection');
      const client = await program.connect();
      await program.says('listening no more');
      await sleep(200);
      assert.equal(program.child.exitCode, null, program.err);
      if (ending === 'client') client.socket.destroy();
      else program.child.kill('SIGUSR2');
      assert.equal(await program.exited, 0, program.err);
      await client.eof();
    },
  );
}

for (const transport of ['native', 'stream']) {
  test(`${transport}: broker.close() resolves after all sockets have closed`, SOON, async (t) => {
    const program = await run(t, 'end-after-sockets', { args: [transport] });
    await program.connect();
    assert.equal(await program.exited, 0, program.err);
    assert.match(program.out, /closed\n$/);
  });
}

test('sends heartbeat events while JavaScript is blocked', SOON, async (t) => {
  const program = await run(t, 'blocked', { args: ['heartbeat'] });
  const client = await program.connect();
  await client.has('data: blocked\n\n');
  const heartbeats = () => client.chunks().text.split('data: blocked')[1].match(HEARTBEAT)?.length;
  await until(() => heartbeats() >= 5, 'five heartbeats');
  assert.doesNotMatch(program.out, /free/);
  program.child.stdin.write('go on');
  await client.has('data: free\n\n');
});

test('a timeout ends a connection while JavaScript is blocked', SOON, async (t) => {
  const program = await run(t, 'blocked', { args: ['timeout'] });
  const client = await program.connect();
  await client.eof();
  assert.equal(client.chunks().complete, true);
  assert.doesNotMatch(program.out, /free/);
  program.child.stdin.write('go on');
  await program.says('closed: timeout');
});

test('terminating a worker ends its connections', { ...SOON, skip: linux }, async (t) => {
  const program = await run(t, 'worker-end');
  assert.equal(await program.exited, 0, program.out + program.err);
  assert.match(program.out, /threads are back/);
});

test('Node writes the response if no descriptor is free', {
  ...SOON,
  skip: windows,
}, async (t) => {
  const program = await run(t, 'no-descriptors', { shell: 'ulimit -n 64' });
  const clients = [];
  for (const transport of ['native', 'stream', 'native']) {
    const client = await program.connect();
    clients.push(client);
    await client.has(`data: ${transport}\n\n`);
    await program.says(`ready for ${clients.length + 1}`);
  }
  for (const client of clients) client.socket.destroy();
  assert.equal(await program.exited, 0, program.err);
});
