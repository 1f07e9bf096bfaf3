// Checks parts of configurations with nginx and HAProxy.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withoutHAProxy as noHAProxy } from '../../carrier/haproxy/proxy.mjs';
import { withoutNginx as noNginx } from '../../carrier/nginx/proxy.mjs';

export const withoutNginx = noNginx();
export const withoutHAProxy = noHAProxy();

function accepts(t, program, args, text) {
  const directory = mkdtempSync(path.join(tmpdir(), 'sluice-proxy-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, 'proxy.conf');
  writeFileSync(file, text(directory));
  const { status, stdout, stderr } = spawnSync(program, [...args, file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

export const nginxAccepts = (t, code) =>
  accepts(t, 'nginx', ['-t', '-c'], (directory) => {
    const head = `pid ${directory}/pid; error_log stderr; events {}`;
    return `${head} http { access_log off;\n${code}\n}\n`;
  });

export const haproxyAccepts = (t, code) => accepts(t, 'haproxy', ['-c', '-f'], () => `${code}\n`);
