// Tests gracefulShutdown() in processes that receive signals.
import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import { test } from 'node:test';
import { run } from '../../carrier/handover/program.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

const skip = process.platform === 'win32' && 'Windows has no signals';
const COUNT = 5;
const OPTIONS = { within: 100, event: { event: 'bye', data: 'now' } };
const FAREWELL = /^retry: [1-5]\d{3}\n\nevent: bye\ndata: now\n\n$/;

const protocols = {
  http: ['http', connectHTTP1],
  https: ['https', connectHTTP1],
  http2: ['https', connectHTTP2],
  fastify: ['http', connectHTTP1],
};

const start = (t, given) => run(t, 'shutdown', { args: [JSON.stringify(given)] });

function connect(program, server, path = '/', request = {}) {
  const [protocol, connectTo] = protocols[server];
  const [, port] = /^port (\d+)/.exec(program.out);
  return connectTo(`${protocol}://127.0.0.1:${port}`, path, request);
}

async function connectAll(program, server, request) {
  const clients = [];
  for (let count = 1; count <= COUNT; count += 1) {
    clients.push(await connect(program, server, '/', request));
    await program.says(`open ${count}`);
  }
  return clients;
}

for (const server of Object.keys(protocols)) {
  test(`${server}: a signal drains the clients, then the process exits`, {
    ...SOON,
    skip,
  }, async (t) => {
    const program = await start(t, { server, options: OPTIONS });
    const clients = await connectAll(program, server);
    program.child.kill('SIGTERM');
    for (const client of clients) {
      assert.equal(await client.over(), 'clean', program.err);
      assert.match(client.text.replace(/^id: .*\n\n/, ''), FAREWELL);
    }
    assert.equal(await program.exited, 0, program.err);
    const result = { connections: COUNT, ended: COUNT, destroyed: 0 };
    await program.says(`done ${JSON.stringify(result)}`);
    assert.equal(program.out.match(/^closed: drain$/gm)?.length, COUNT);
    if (server !== 'fastify') await program.says('server closed');
    assert.equal(program.err, '');
  });
}

test('keep-alive connections do not delay the exit', { ...SOON, skip }, async (t) => {
  const program = await start(t, { server: 'http', options: OPTIONS });
  const address = `http://127.0.0.1:${/^port (\d+)/.exec(program.out)[1]}`;
  const agent = new http.Agent({ keepAlive: true });
  const get = (path) =>
    new Promise((resolve, reject) => {
      const request = http.get(address + path, { agent }, (response) => {
        response.resume().on('end', () => resolve(response));
      });
      request.on('error', reject);
    });
  await connect(program, 'http');
  // One connection is idle when the signal arrives, and one is busy.
  const late = get('/late');
  assert.equal((await get('/plain')).headers.connection, 'keep-alive');
  program.child.kill('SIGTERM');
  await late;
  assert.equal(await program.exited, 0, program.err);
  agent.destroy();
});

test('an open HTTP/2 session does not delay the exit', {
  ...SOON,
  skip,
}, async (t) => {
  const program = await start(t, { server: 'http2', options: OPTIONS });
  const port = /^port (\d+)/.exec(program.out)[1];
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  t.after(() => session.destroy());
  const stream = session.request({ ':path': '/' });
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await program.says('open 1');
  program.child.kill('SIGTERM');
  assert.equal(await program.exited, 0, program.err);
  await until(() => stream.closed, 'the end of the stream');
  assert.match(text.replace(/^id: .*\n\n/, ''), FAREWELL);
});

test('the server accepts no connections while it drains', { ...SOON, skip }, async (t) => {
  const program = await start(t, { server: 'http', options: { within: 2 ** 31 - 1 } });
  const client = await connect(program, 'http');
  await program.says('open 1');
  program.child.kill('SIGTERM');
  const refused = await until(
    () =>
      connect(program, 'http', '/plain').then(
        () => undefined,
        (error) => error,
      ),
    'a refused connection',
  );
  assert.ok(['ECONNREFUSED', 'ECONNRESET'].includes(refused.code), refused.code);
  assert.equal(client.end, undefined);
  client.leave();
  assert.equal(await program.exited, 0, program.err);
});

test('a second signal exits immediately', { ...SOON, skip }, async (t) => {
  const program = await start(t, { server: 'http', options: { within: 2 ** 31 - 1 } });
  const client = await connect(program, 'http');
  await program.says('open 1');
  program.child.kill('SIGTERM');
  await until(
    () =>
      connect(program, 'http', '/plain').then(
        () => false,
        () => true,
      ),
    'the shutdown',
  );
  program.child.kill('SIGTERM');
  assert.equal(await program.exited, 143);
  assert.equal(await client.over(), 'cut');
});

test('with `exit`, the process exits even if a handle keeps it alive', {
  ...SOON,
  skip,
}, async (t) => {
  const options = { ...OPTIONS, exit: true, signals: ['SIGHUP'] };
  const program = await start(t, { server: 'http', options, stays: true });
  const client = await connect(program, 'http');
  await program.says('open 1');
  program.child.kill('SIGHUP');
  assert.equal(await client.over(), 'clean');
  assert.equal(await program.exited, 0, program.err);
});

test('close() removes the signal handlers', { ...SOON, skip }, async (t) => {
  const program = await start(t, { server: 'http', options: OPTIONS });
  program.child.kill('SIGUSR2');
  await program.says('closed the handle');
  program.child.kill('SIGTERM');
  assert.equal(await program.exited, 'SIGTERM');
});

test('native connections end on time while JavaScript is blocked', {
  ...SOON,
  skip,
}, async (t) => {
  const program = await start(t, { server: 'http', options: OPTIONS, block: true });
  const clients = await connectAll(program, 'http');
  // Only the core delivers this event, so receiving it shows that the core has all sockets.
  await connect(program, 'http', '/send');
  for (const client of clients) await client.has('data: hello\n\n');
  program.child.kill('SIGTERM');
  for (const client of clients) {
    assert.equal(await client.over(), 'clean');
    assert.match(client.text.split('data: hello\n\n')[1], FAREWELL);
  }
  await program.says('blocked');
  assert.doesNotMatch(program.out, /free|closed/);
  program.child.stdin.write('go on');
  assert.equal(await program.exited, 0, program.err);
  const result = { connections: COUNT, ended: COUNT, destroyed: 0 };
  await program.says(`done ${JSON.stringify(result)}`);
});

test('stream clients get time to end after JavaScript was blocked', {
  ...SOON,
  skip,
}, async (t) => {
  const options = { ...OPTIONS, within: 0 };
  const program = await start(t, { server: 'http', options, block: true, transport: 'stream' });
  const clients = await connectAll(program, 'http');
  program.child.kill('SIGTERM');
  await program.says('blocked');
  // This is longer than the 5 seconds that the core allows.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  program.child.stdin.write('go on');
  for (const client of clients) assert.equal(await client.over(), 'clean');
  assert.equal(await program.exited, 0, program.err);
  const result = { connections: COUNT, ended: COUNT, destroyed: 0 };
  await program.says(`done ${JSON.stringify(result)}`);
});
