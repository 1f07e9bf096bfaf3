// Authentication with Redis, and TLS.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { freePort } from '../support/free-port.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';
import { authority, read } from './authority.mjs';
import { noRedis, RedisServer } from './redis-server.mjs';

const { redisBackplane } = createRequire(import.meta.url)('../../redis.js');

/** Opens a channel in this process. */
function open(t, options) {
  const backplane = redisBackplane(options);
  t.after(() => backplane.close());
  const errors = [];
  backplane.on('offline', ({ message }) => errors.push(message));
  const channel = new sluice.Channel({ name: 'news', backplane });
  return { errors, publish: () => channel.publish({ data: 'hello' }) };
}

async function withUser(t) {
  const redis = await RedisServer.start(t);
  await redis.command('ACL', 'SETUSER', 'sam', 'on', '>secret word', '~{sluice}:*', '&*', '+@all');
  await redis.command('ACL', 'SETUSER', 'default', 'resetkeys');
  return redis;
}

/** A server with a TLS port. Only the tests use its plain port. */
async function withTls(t, clients = 'no') {
  const { ca, cert, key } = authority(t);
  const port = await freePort();
  const names = ['--tls-cert-file', cert, '--tls-key-file', key];
  const trust = ['--tls-ca-cert-file', ca, '--tls-auth-clients', clients];
  await RedisServer.start(t, ['--tls-port', port, ...names, ...trust]);
  return { port, ca: read(ca), cert: read(cert), key: read(key) };
}

describe('authentication with Redis', { ...SOON, skip: noRedis }, () => {
  test('accepts a user and a password in the URL', async (t) => {
    const { port } = await withUser(t);
    const { publish } = open(t, { url: `redis://sam:secret%20word@127.0.0.1:${port}` });
    assert.ok((await publish()).id);
  });

  test('accepts a user and a password as options', async (t) => {
    const { url } = await withUser(t);
    const { publish } = open(t, { url, username: 'sam', password: 'secret word' });
    assert.ok((await publish()).id);
  });

  test('needs only the permissions that the guide lists', async (t) => {
    const redis = await RedisServer.start(t);
    const guide = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8');
    const [, rights] = /```text\n(\+@connection.*?)```/s.exec(guide);
    const patterns = ['~{sluice}:*', '&{sluice}:*'];
    await redis.command(
      'ACL',
      'SETUSER',
      'sam',
      'on',
      '>a',
      ...patterns,
      ...rights.split(/\s+/).filter(Boolean),
    );
    const { port } = redis;
    const { publish, errors } = open(t, { url: `redis://sam:a@127.0.0.1:${port}` });
    assert.ok((await publish()).id);
    assert.deepEqual(errors, []);
    // Missed events are read.
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => errors.length > 0, 'the outage');
    assert.ok((await publish()).id);
    assert.equal(errors.length, 1);
  });

  test('reports a wrong password without showing it', async (t) => {
    const { url } = await withUser(t);
    const { errors } = open(t, { url, username: 'sam', password: 'guess' });
    await until(() => errors.length > 0, 'the error');
    assert.match(errors[0], /username-password pair|authenticat/i);
    assert.doesNotMatch(errors[0], /guess/);
  });

  test('calls `credentials` for each connection', async (t) => {
    const redis = await withUser(t);
    const passwords = ['wrong', 'secret word', 'secret word'];
    let asked = 0;
    const credentials = async () => ({ username: 'sam', password: passwords[asked++] });
    const { publish, errors } = open(t, { url: redis.url, credentials });
    await publish();
    assert.equal(errors.length, 1);
    assert.equal(asked, 2);
    await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => errors.length === 2, 'the outage');
    await publish();
    assert.equal(asked, 3);
  });

  test('calls `credentials` again after it has failed', async (t) => {
    const { url } = await withUser(t);
    const answers = [
      () => Promise.reject(new Error('the vault is sealed')),
      () => undefined,
      () => ({ username: 'sam', password: 'secret word' }),
    ];
    const { publish, errors } = open(t, { url, credentials: () => answers.shift()() });
    await publish();
    // Repeated failures are reported once.
    assert.equal(errors.length, 1);
    assert.match(errors[0], /credentials\(\) failed: the vault is sealed/);
  });

  test('selects the database from the URL or the options', async (t) => {
    const redis = await RedisServer.start(t);
    await open(t, { url: `${redis.url}/3` }).publish();
    await open(t, { url: redis.url, database: 4, prefix: 'other' }).publish();
    const keyspace = await redis.command('INFO', 'keyspace');
    assert.match(keyspace, /db3:/);
    assert.match(keyspace, /db4:/);
  });

  test('rejects invalid and contradictory options', () => {
    const url = 'redis://localhost';
    for (const options of [
      {},
      { url, cluster: { nodes: ['localhost'] } },
      { url: 'http://localhost' },
      { url: 'redis://localhost/news' },
      { url, password: 'a', credentials: () => ({ password: 'a' }) },
      { url, tls: { cert: 'no key' } },
      { url, tls: { ca: 'not PEM' } },
      { sentinel: { name: 'main', nodes: [] } },
      { sentinel: { name: 'main', nodes: ['a/b'] } },
      { cluster: { nodes: ['localhost:7000'] }, database: 1 },
    ]) {
      assert.throws(() => redisBackplane(options), { code: 'ERR_SSE_OPTION' });
    }
  });
});

describe('Redis with TLS', { ...SOON, skip: noRedis }, () => {
  test('verifies the certificate of the server', async (t) => {
    const { port } = await withTls(t);
    const { errors } = open(t, { url: `rediss://localhost:${port}` });
    await until(() => errors.length > 0, 'the error');
    assert.match(errors[0], /certificate/i);
  });

  test('can trust another certificate authority', async (t) => {
    const { port, ca } = await withTls(t);
    const { publish } = open(t, { url: `rediss://localhost:${port}`, tls: { ca } });
    assert.ok((await publish()).id);
  });

  test('accepts a certificate with another name if `serverName` is set', async (t) => {
    const { port, ca } = await withTls(t);
    const url = `rediss://127.0.0.1:${port}`;
    const { errors } = open(t, { url, tls: { ca } });
    await until(() => errors.length > 0, 'the error');
    const { publish } = open(t, { url, tls: { ca: Buffer.from(ca), serverName: 'localhost' } });
    assert.ok((await publish()).id);
  });

  test('can send a client certificate', async (t) => {
    const { port, ca, cert, key } = await withTls(t, 'yes');
    const url = `rediss://localhost:${port}`;
    const { errors } = open(t, { url, tls: { ca } });
    await until(() => errors.length > 0, 'the error');
    const { publish } = open(t, { url, tls: { ca, cert, key } });
    assert.ok((await publish()).id);
  });
});
