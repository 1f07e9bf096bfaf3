import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { withoutNginx } from '../../carrier/nginx/proxy.mjs';
import { until } from '../../support/until.mjs';
import { connected, counting } from './serve.mjs';

const SOON = { timeout: 240_000 };
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
const skip =
  withoutNginx() || (existsSync(MODULE) ? false : 'no nchan: apt-get install libnginx-mod-nchan');

const configuration = (folder, port) => `
load_module ${MODULE};
daemon off;
master_process off;
error_log stderr warn;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/${what};`)
    .join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    location = /publish { nchan_publisher; nchan_channel_id news; }
    location = /events { nchan_subscriber eventsource; nchan_channel_id news; }
    location = /pinged {
      nchan_subscriber eventsource; nchan_channel_id news; nchan_eventsource_ping_interval 1;
    }
  }
}
`;

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts nginx with an nchan channel. `publish` sends an event to it. */
async function nchan(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-nchan-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  writeFileSync(path.join(folder, 'nginx.conf'), configuration(folder, port));
  const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const nginx = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  nginx.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const exited = once(nginx, 'exit');
  t.after(async () => {
    nginx.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  await until(async () => {
    if (nginx.exitCode !== null) throw new Error(`nginx has stopped: ${complaints}`);
    return fetch(`${origin}/publish`).then(
      () => true,
      () => false,
    );
  }, 'nginx to listen');
  return {
    origin,
    async publish(body, event) {
      const headers = event ? { 'X-EventSource-Event': event } : {};
      const { ok, status } = await fetch(`${origin}/publish`, { method: 'POST', body, headers });
      assert.ok(ok, `nchan answered ${status}`);
    },
  };
}

describe('the client with nchan', { skip }, () => {
  test('messages, names, ids, lines', SOON, async (t) => {
    const { origin, publish } = await nchan(t);
    const { client, events } = await connected(t, { url: `${origin}/events` });
    await publish('{"celsius":21}', 'report');
    await publish('grün ☀\nzwei');
    await until(() => events.length === 2, 'two events');
    assert.deepEqual(
      events.map(({ event, data }) => [event, data]),
      [
        ['report', { celsius: 21 }],
        ['message', 'grün ☀\nzwei'],
      ],
    );
    for (const { id } of events) assert.match(id, /^\d+:\d+$/);
    assert.equal(client.getLastEventId(), events[1].id);
  });

  test('events published while disconnected arrive once after a reconnect', SOON, async (t) => {
    const { origin, publish } = await nchan(t);
    const { client, data } = await connected(t, { url: `${origin}/events` });
    for (const n of [1, 2, 3]) await publish(String(n));
    await until(() => data().length === 3, 'three events');
    client.disconnect();
    for (const n of [4, 5]) await publish(String(n));
    client.connect();
    await until(() => data().length === 5, 'the missed events');
    client.reconnect();
    await publish('6');
    await until(() => data().length === 6, 'the last event');
    assert.deepEqual(data(), [1, 2, 3, 4, 5, 6]);
  });

  test('pings from nchan keep a connection alive', SOON, async (t) => {
    const { origin } = await nchan(t);
    const pings = counting();
    const listening = { heartbeatInterval: 500, missedHeartbeatsLimit: 5, fetch: pings.fetch };
    const { codes } = await connected(t, { url: `${origin}/pinged`, ...listening });
    // A greeting, then one ping per second.
    await until(() => pings.chunks > 4, 'pings for longer than the silence limit');
    assert.deepEqual(codes(), []);
  });
});
