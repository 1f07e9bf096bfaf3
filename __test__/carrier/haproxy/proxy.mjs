import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../support/free-port.mjs';
import { until } from '../../support/until.mjs';

/** Debian installs HAProxy in a folder that is only in the PATH of root. */
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

/** Returns the reason to skip the tests behind HAProxy, or false. */
export function withoutHAProxy() {
  try {
    execFileSync('haproxy', ['-v'], { stdio: 'ignore', env: environment });
    return false;
  } catch {
    return 'haproxy is missing: install it (Debian, Ubuntu: apt-get install haproxy)';
  }
}

const guide = new URL('../../../docs/operations.md', import.meta.url);

/** The configuration of the guide with different addresses and idle timeout. */
function configuration({ port, upstream, timeout }) {
  const [, code] = /^```haproxy\n(.*?)^```/ms.exec(readFileSync(guide, 'utf8'));
  return code
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace('127.0.0.1:3000', new URL(upstream).host)
    .replace(/(timeout (?:client|server)) 60s/g, `$1 ${timeout}`);
}

const answers = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });

/** Starts HAProxy in front of a server and returns its origin. It stops with the test. */
export async function startHAProxy(t, upstream, timeout) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-haproxy-'));
  const port = await freePort();
  const file = path.join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration({ port, upstream, timeout }));
  const haproxy = spawn('haproxy', ['-db', '-f', file], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  for (const stream of [haproxy.stdout, haproxy.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      complaints += text;
    });
  }
  t.after(async () => {
    if (haproxy.exitCode === null && haproxy.signalCode === null) {
      const exit = once(haproxy, 'exit');
      haproxy.kill('SIGKILL');
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  });
  await until(async () => {
    if (haproxy.exitCode !== null) throw new Error(`HAProxy has stopped: ${complaints}`);
    return answers(port);
  }, 'HAProxy to listen');
  return `http://127.0.0.1:${port}`;
}
