// Logging in to NATS, and TLS.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { authority, read } from './authority.mjs';
import { NatsServer, noNats } from './nats-server.mjs';

const { natsBackplane } = createRequire(import.meta.url)('../../nats.js');

/** Opens a channel in this process. */
function open(t, options) {
  const backplane = natsBackplane(options);
  t.after(() => backplane.close());
  const errors = [];
  backplane.on('offline', (error) => errors.push(error));
  const channel = new sluice.Channel({ name: 'news', backplane });
  return { backplane, errors, publish: () => channel.publish({ data: 'hello' }) };
}

const withUser = (t) => NatsServer.start(t, 'authorization { user: sam, password: "secret word" }');
const withToken = (t) => NatsServer.start(t, 'authorization { token: "a token" }');

async function withTls(t, more = '') {
  const { ca, cert, key } = authority(t);
  const files = `cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}"`;
  const { port } = await NatsServer.start(t, `tls { ${files}, ${more} }`);
  return { port, ca: read(ca), cert: read(cert), key: read(key) };
}

/** The engine cannot be reached, and the message says why. */
async function refused({ backplane, errors }, reason) {
  await until(() => errors.length > 0, 'the error');
  assert.equal(backplane.state, 'offline');
  assert.equal(errors[0].code, 'ERR_SSE_BACKPLANE');
  assert.match(errors[0].message, reason);
}

describe('logging in to NATS', { ...SOON, skip: noNats }, () => {
  test('options have a user and a password', async (t) => {
    const { url } = await withUser(t);
    const { publish } = open(t, { servers: url, user: 'sam', password: 'secret word' });
    assert.ok((await publish()).id);
  });

  test('the URL has a user and a password', async (t) => {
    const { port } = await withUser(t);
    const { publish } = open(t, { servers: `nats://sam:secret%20word@127.0.0.1:${port}` });
    assert.ok((await publish()).id);
  });

  test('the URLs of several servers have a token', async (t) => {
    const { port } = await withToken(t);
    const servers = [`nats://a%20token@127.0.0.1:${port}`, `nats://a%20token@localhost:${port}`];
    assert.ok((await open(t, { servers }).publish()).id);
  });

  test('options have a token', async (t) => {
    const { url } = await withToken(t);
    const { publish } = open(t, { servers: url, token: 'a token' });
    assert.ok((await publish()).id);
  });

  const LOGIN = /refuses the login: check `user` and `password`, `token`/;
  test('a wrong password is reported, without the password', async (t) => {
    const { url } = await withUser(t);
    const wrong = open(t, { servers: url, user: 'sam', password: 'guess' });
    await refused(wrong, LOGIN);
    assert.doesNotMatch(wrong.errors[0].message, /guess/);
  });

  test('a wrong token is reported, and so is a login that is missing', async (t) => {
    const { url } = await withToken(t);
    await refused(open(t, { servers: url, token: 'guess' }), LOGIN);
    await refused(open(t, { servers: url }), LOGIN);
  });

  test('a user with the rights that the guide lists can do everything', async (t) => {
    const guide = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const [, rights] = /```text\n(publish: .*?)```/s.exec(guide);
    const user = `{ user: sam, password: a, permissions { ${rights} } }`;
    const server = await NatsServer.start(t, `authorization { users: [ ${user} ] }`);
    const { publish, errors } = open(t, { servers: server.url, user: 'sam', password: 'a' });
    assert.ok((await publish()).id);
    assert.deepEqual(errors, []);
    // What was missed is read.
    await server.stop();
    await until(() => errors.length > 0, 'the outage');
    await server.start();
    assert.ok((await publish()).id);
    assert.equal(errors.length, 1);
  });

  test('a user without rights is told what NATS forbids', async (t) => {
    const rights = 'permissions { publish: "$JS.API.INFO", subscribe: "_INBOX.>" }';
    const user = `{ user: sam, password: a, ${rights} }`;
    const { url } = await NatsServer.start(t, `authorization { users: [ ${user} ] }`);
    const forbidden = open(t, { servers: url, user: 'sam', password: 'a' });
    await refused(forbidden, /permissions violation.*: allow the user/i);
  });

  test('a server without JetStream is told apart', async (t) => {
    const { url } = await NatsServer.start(t, 'jetstream: disabled');
    await refused(open(t, { servers: url }), /turn on JetStream/);
  });

  test('credentials are asked for at each connect', async (t) => {
    const server = await withUser(t);
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { user: 'sam', password: asked === 1 ? 'wrong' : 'secret word' };
    };
    const { publish, errors } = open(t, { servers: server.url, credentials });
    await publish();
    assert.equal(errors.length, 1);
    assert.equal(asked, 2);
    await server.stop();
    await until(() => errors.length === 2, 'the outage');
    await server.start();
    await publish();
    assert.ok(asked > 2);
  });

  test('credentials may be a token, and are asked for again after they have failed', async (t) => {
    const { url } = await withToken(t);
    const answers = [
      () => Promise.reject(new Error('the vault is sealed')),
      () => undefined,
      () => ({ user: 'sam' }),
      () => ({ token: 'a token' }),
    ];
    const { publish, errors } = open(t, { servers: url, credentials: () => answers.shift()() });
    await publish();
    // Further failures do not tell anything new.
    assert.equal(errors.length, 1);
    assert.match(errors[0].message, /credentials\(\) failed: the vault is sealed/);
  });

  test('options that contradict each other are refused', () => {
    const servers = 'nats://localhost';
    const credentials = () => ({ token: 'a' });
    for (const options of [
      {},
      { servers: [] },
      { servers: 'http://localhost' },
      { servers, user: 'sam' },
      { servers, password: 'a' },
      { servers, user: 'sam', password: 'a', token: 'b' },
      { servers, token: 'a', credentials },
      { servers: 'nats://sam:a@localhost', credentials },
      { servers: ['nats://sam:a@localhost', servers] },
      { servers: 'nats://%zz@localhost' },
      { servers: 'nats:localhost' },
      { servers, tls: { cert: 'no key' } },
      { servers, tls: { ca: 'not PEM' } },
    ]) {
      assert.throws(() => natsBackplane(options), { code: 'ERR_SSE_OPTION' });
    }
  });
});

describe('NATS with TLS', { ...SOON, skip: noNats }, () => {
  const TLS = /TLS with NATS failed: .*certificate.*: check the option `tls`/i;

  test('the certificate of the server is checked', async (t) => {
    const { port } = await withTls(t);
    await refused(open(t, { servers: `tls://localhost:${port}` }), TLS);
    // The server asks for TLS.
    await refused(open(t, { servers: `nats://localhost:${port}` }), TLS);
  });

  test('another authority can be trusted', async (t) => {
    const { port, ca } = await withTls(t);
    const { publish } = open(t, { servers: `tls://localhost:${port}`, tls: { ca } });
    assert.ok((await publish()).id);
  });

  test('the certificate may have another name than the host', async (t) => {
    const { port, ca } = await withTls(t);
    const servers = `tls://127.0.0.1:${port}`;
    await refused(open(t, { servers, tls: { ca } }), TLS);
    await refused(open(t, { servers, tls: { ca, serverName: 'example.org' } }), TLS);
    const tls = { ca: Buffer.from(ca), serverName: 'localhost' };
    assert.ok((await open(t, { servers, tls }).publish()).id);
    // Another authority is refused under the right name too.
    await refused(open(t, { servers, tls: { serverName: 'localhost' } }), TLS);
  });

  test('a client can have a certificate', async (t) => {
    const { port, ca, cert, key } = await withTls(t, 'verify: true');
    const servers = `tls://localhost:${port}`;
    await refused(open(t, { servers, tls: { ca } }), TLS);
    const { publish } = open(t, { servers, tls: { ca, cert, key } });
    assert.ok((await publish()).id);
  });

  test('a server without TLS is refused if TLS is required', async (t) => {
    const { url } = await NatsServer.start(t);
    await refused(open(t, { servers: url, tls: true }), /TLS|connecting to NATS failed/);
  });
});
