// Authentication with NATS, and TLS.
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

/** Checks that the backplane is offline, with an error that contains the reason. */
async function refused({ backplane, errors }, reason) {
  await until(() => errors.length > 0, 'the error');
  assert.equal(backplane.state, 'offline');
  assert.equal(errors[0].code, 'ERR_SSE_BACKPLANE');
  assert.match(errors[0].message, reason);
}

describe('authentication with NATS', { ...SOON, skip: noNats }, () => {
  test('accepts a user and a password as options', async (t) => {
    const { url } = await withUser(t);
    const { publish } = open(t, { servers: url, user: 'sam', password: 'secret word' });
    assert.ok((await publish()).id);
  });

  test('accepts a user and a password in the URL', async (t) => {
    const { port } = await withUser(t);
    const { publish } = open(t, { servers: `nats://sam:secret%20word@127.0.0.1:${port}` });
    assert.ok((await publish()).id);
  });

  test('accepts a token in the URLs of several servers', async (t) => {
    const { port } = await withToken(t);
    const servers = [`nats://a%20token@127.0.0.1:${port}`, `nats://a%20token@localhost:${port}`];
    assert.ok((await open(t, { servers }).publish()).id);
  });

  test('accepts a token as an option', async (t) => {
    const { url } = await withToken(t);
    const { publish } = open(t, { servers: url, token: 'a token' });
    assert.ok((await publish()).id);
  });

  const LOGIN = /refuses the login: check `user` and `password`, `token`/;
  test('reports a wrong password without showing it', async (t) => {
    const { url } = await withUser(t);
    const wrong = open(t, { servers: url, user: 'sam', password: 'guess' });
    await refused(wrong, LOGIN);
    assert.doesNotMatch(wrong.errors[0].message, /guess/);
  });

  test('reports a wrong token and missing credentials', async (t) => {
    const { url } = await withToken(t);
    await refused(open(t, { servers: url, token: 'guess' }), LOGIN);
    await refused(open(t, { servers: url }), LOGIN);
  });

  test('needs only the permissions that the guide lists', async (t) => {
    const guide = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const [, rights] = /```text\n(publish: .*?)```/s.exec(guide);
    const user = `{ user: sam, password: a, permissions { ${rights} } }`;
    const server = await NatsServer.start(t, `authorization { users: [ ${user} ] }`);
    const { publish, errors } = open(t, { servers: server.url, user: 'sam', password: 'a' });
    assert.ok((await publish()).id);
    assert.deepEqual(errors, []);
    // Missed events are read.
    await server.stop();
    await until(() => errors.length > 0, 'the outage');
    await server.start();
    assert.ok((await publish()).id);
    assert.equal(errors.length, 1);
  });

  test('reports an action that NATS forbids', async (t) => {
    const rights = 'permissions { publish: "$JS.API.INFO", subscribe: "_INBOX.>" }';
    const user = `{ user: sam, password: a, ${rights} }`;
    const { url } = await NatsServer.start(t, `authorization { users: [ ${user} ] }`);
    const forbidden = open(t, { servers: url, user: 'sam', password: 'a' });
    await refused(forbidden, /permissions violation.*: allow the user/i);
  });

  test('reports a server without JetStream', async (t) => {
    const { url } = await NatsServer.start(t, 'jetstream: disabled');
    await refused(open(t, { servers: url }), /turn on JetStream/);
  });

  test('calls `credentials` for each connection', async (t) => {
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

  test('accepts a token from `credentials`, and calls it again after it has failed', async (t) => {
    const { url } = await withToken(t);
    const answers = [
      () => Promise.reject(new Error('the vault is sealed')),
      () => undefined,
      () => ({ user: 'sam' }),
      () => ({ token: 'a token' }),
    ];
    const { publish, errors } = open(t, { servers: url, credentials: () => answers.shift()() });
    await publish();
    // Repeated failures are reported once.
    assert.equal(errors.length, 1);
    assert.match(errors[0].message, /credentials\(\) failed: the vault is sealed/);
  });

  test('rejects invalid and contradictory options', () => {
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

  test('verifies the certificate of the server', async (t) => {
    const { port } = await withTls(t);
    await refused(open(t, { servers: `tls://localhost:${port}` }), TLS);
    // The server requires TLS.
    await refused(open(t, { servers: `nats://localhost:${port}` }), TLS);
  });

  test('can trust another certificate authority', async (t) => {
    const { port, ca } = await withTls(t);
    const { publish } = open(t, { servers: `tls://localhost:${port}`, tls: { ca } });
    assert.ok((await publish()).id);
  });

  test('accepts a certificate with another name if `serverName` is set', async (t) => {
    const { port, ca } = await withTls(t);
    const servers = `tls://127.0.0.1:${port}`;
    await refused(open(t, { servers, tls: { ca } }), TLS);
    await refused(open(t, { servers, tls: { ca, serverName: 'example.org' } }), TLS);
    const tls = { ca: Buffer.from(ca), serverName: 'localhost' };
    assert.ok((await open(t, { servers, tls }).publish()).id);
    // An unknown authority is refused even if the name is right.
    await refused(open(t, { servers, tls: { serverName: 'localhost' } }), TLS);
  });

  test('can send a client certificate', async (t) => {
    const { port, ca, cert, key } = await withTls(t, 'verify: true');
    const servers = `tls://localhost:${port}`;
    await refused(open(t, { servers, tls: { ca } }), TLS);
    const { publish } = open(t, { servers, tls: { ca, cert, key } });
    assert.ok((await publish()).id);
  });

  test('refuses a server without TLS if TLS is required', async (t) => {
    const { url } = await NatsServer.start(t);
    await refused(open(t, { servers: url, tls: true }), /TLS|connecting to NATS failed/);
  });
});
