// Tests examples/cluster: real processes, Redis and nginx, and the page in a browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noRedis } from '../backplane/redis-server.mjs';
import { withoutNginx } from '../carrier/nginx/proxy.mjs';
import { openPages, withoutBrowser } from '../support/browser.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const PROGRAM = fileURLToPath(new URL('../../examples/cluster/start.js', import.meta.url));
/** The clients of the example, and the page. */
const CLIENTS = 25;
const skip = noRedis || withoutNginx() || withoutBrowser;

async function start(t) {
  const env = { ...process.env, PORT: '0' };
  const program = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  program.stderr.setEncoding('utf8').on('data', (text) => {
    complaints += text;
  });
  t.after(() => stop(program));
  const [line] = await once(program.stdout.setEncoding('utf8'), 'data');
  return { program, url: line.match(/http:\S+/)[0], complaints: () => complaints };
}

async function stop(program) {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = once(program, 'exit');
  program.kill('SIGTERM');
  await ended;
}

const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

function isRunning(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('clients of a killed process move to another one and miss no events', {
  ...SOON,
  skip,
}, async (t) => {
  const { program, url, complaints } = await start(t);
  const { pages, faults } = await openPages(t, url, 1);
  const [page] = pages;
  const number = async (id) => Number((await page.textContent(`#${id}`)).replaceAll(',', ''));
  const everybody = async () => (await page.locator('.node li').count()) === CLIENTS;
  await until(everybody, 'all clients');
  // The page's own stream must move too.
  const status = await page.textContent('#status');
  const [, name] = /process (\w)/.exec(status);
  await page.click(`.node[data-node="${name}"] button`);
  await page.locator(`.node[data-node="${name}"][data-state="killed"]`).waitFor();
  await until(async () => (await number('moves')) > 1, 'clients at other processes');
  await page.locator(`.node[data-node="${name}"][data-state="runs"]`).waitFor();
  await until(everybody, 'all clients again');
  const before = await number('events');
  await until(async () => (await number('events')) > before + 10 * CLIENTS, 'more events');
  for (const id of ['missed', 'twice', 'gaps']) assert.equal(await number(id), 0, id);
  // The page's own stream was cut.
  assert.deepEqual(
    faults.filter((fault) => !/net::ERR|Failed to load|502/.test(fault)),
    [],
  );
  assert.equal(complaints(), '');
  const children = childrenOf(program.pid);
  assert.equal(children.length, 7);
  await stop(program);
  assert.equal(program.exitCode, 0);
  assert.deepEqual(children.filter(isRunning), []);
});
