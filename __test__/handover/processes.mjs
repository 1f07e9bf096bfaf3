import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connectRaw } from '../clients/raw.mjs';
import { until } from '../until.mjs';

const SOON = { timeout: 240_000 };
const windows = process.platform === 'win32' && 'needs a POSIX shell';
const linux = process.platform === 'linux' ? false : 'counts threads in /proc';

/** Runs one of `programs/`; each says its port on its first line, then what happens on the following ones. */
async function run(t, name, { shell, args = [] } = {}) {
  const file = fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));
  const command = [process.execPath, file, ...args];
  const child = shell
    ? spawn('sh', ['-c', `${shell}; exec "$0" "$@"`, ...command], { stdio: 'pipe' })
    : spawn(command[0], command.slice(1), { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  const program = { child, out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    program.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    program.err += chunk;
  });
  program.exited = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
  program.says = (line) =>
    until(
      () => program.out.split('\n').includes(line),
      () => `"${line}" in ${JSON.stringify(program)}`,
    );
  const [, port] = await until(
    () => /^port (\d+)\n/.exec(program.out),
    () => `the port in ${JSON.stringify(program)}`,
  );
  program.connect = async () => {
    const client = await connectRaw({ port: Number(port), host: '127.0.0.1' });
    t.after(() => client.socket.destroy());
    return client.get();
  };
  return program;
}

for (const ending of ['client', 'server']) {
  test(
    `a process lives as long as a connection is open: the ${ending} ends it`,
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
  test(
    `${transport}: who waits for connections whose sockets are closed does not wait in vain`,
    SOON,
    async (t) => {
      const program = await run(t, 'end-after-sockets', { args: [transport] });
      await program.connect();
      assert.equal(await program.exited, 0, program.err);
      assert.match(program.out, /closed\n$/);
    },
  );
}

test('pings go on while JavaScript is blocked', SOON, async (t) => {
  const program = await run(t, 'blocked', { args: ['ping'] });
  const client = await program.connect();
  await client.has('data: free\n\n');
  const { text } = client.chunks();
  const between = text.slice(text.indexOf('data: blocked'), text.indexOf('data: free'));
  const pings = between.match(/^:$/gm)?.length ?? 0;
  assert.ok(pings >= 5, `${pings} pings within 1000 ms at an interval of 50 ms`);
});

test('a timeout ends its connection while JavaScript is blocked', SOON, async (t) => {
  const program = await run(t, 'blocked', { args: ['timeout'] });
  const client = await program.connect();
  await client.eof();
  assert.equal(client.chunks().complete, true);
  assert.doesNotMatch(program.out, /free/);
  await program.says('closed: timeout');
});

test('a queue empties while JavaScript is blocked', SOON, async (t) => {
  const program = await run(t, 'blocked', { args: ['queue'] });
  const client = await program.connect();
  await until(() => client.received.length > 8 * 2 ** 20, '8 MiB');
  assert.doesNotMatch(program.out, /free/);
  await client.has('data: free\n\n');
});

test('a worker that is terminated ends its connections', { ...SOON, skip: linux }, async (t) => {
  const program = await run(t, 'worker-end');
  assert.equal(await program.exited, 0, program.out + program.err);
  assert.match(program.out, /threads are back/);
});

test('without a descriptor to spare, responses are written by Node', {
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
