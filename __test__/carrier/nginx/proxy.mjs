import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { certificate } from '../../support/certificate.mjs';
import { freePort } from '../../support/free-port.mjs';
import { until } from '../../support/until.mjs';

/** Returns the reason to skip the tests behind nginx, or false. */
export function withoutNginx() {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore', env: environment });
    return false;
  } catch {
    return 'nginx is missing: install it (Debian, Ubuntu: apt-get install nginx)';
  }
}

/** Debian installs nginx in a folder that is only in the PATH of root. */
const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/** Contains nothing about events: all other settings have nginx's defaults. */
const configuration = ({ folder, ports, upstream, http, location }) => `
daemon off;
master_process off;
worker_processes 1;
error_log stderr warn;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${TEMPORARY.map((what) => `${what}_temp_path ${folder}/${what};`).join('\n  ')}
  ${http}
  server {
    listen 127.0.0.1:${ports.http};
    location / { proxy_pass ${upstream}; ${location} }
  }
  server {
    listen 127.0.0.1:${ports.https} ssl http2;
    ssl_certificate ${folder}/cert.pem;
    ssl_certificate_key ${folder}/key.pem;
    location / { proxy_pass ${upstream}; ${location} }
  }
}
`;

const answers = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });

/** Starts nginx in front of a server, in a new folder. Both listen on 127.0.0.1 only. */
export async function startProxy(upstream, { http = '', location = '' } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-nginx-'));
  const ports = { http: await freePort(), https: await freePort() };
  const { key, cert } = certificate();
  const settings = { folder, ports, upstream, http, location };
  writeFileSync(path.join(folder, 'key.pem'), key);
  writeFileSync(path.join(folder, 'cert.pem'), cert);
  writeFileSync(path.join(folder, 'nginx.conf'), configuration(settings));
  const nginx = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  nginx.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  const stop = async () => {
    if (nginx.exitCode === null && nginx.signalCode === null) {
      const exit = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await exit;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx has stopped: ${complaints}`);
      return (await answers(ports.http)) && (await answers(ports.https));
    }, 'nginx to listen');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    stop,
    origins: {
      http: `http://127.0.0.1:${ports.http}`,
      https: `https://127.0.0.1:${ports.https}`,
    },
  };
}
