// Runs commands of the documents against servers that this process starts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serveEvents } from './servers.mjs';

const SLUICE = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url));

/** Runs `curl` against a sluice server until it has printed an event. */
export async function runCurl(t, words) {
  if (spawnSync('curl', ['--version']).error) return t.diagnostic('no curl: apt-get install curl');
  const url = new URL(words.find((word) => /^https?:/.test(word)));
  const origin = await serveEvents(t, url.protocol);
  const args = words.map((word) => (word === url.href ? origin + url.pathname : word));
  const hasEvent = (text) => /^data: ?news$/m.test(text);
  const printed = await output('curl', ['--insecure', '--silent', ...args], hasEvent);
  assert.ok(hasEvent(printed), printed);
  if (args.includes('-i')) assert.match(printed, /^content-type: text\/event-stream/im);
  if (args.includes('--http2')) assert.match(printed, /^HTTP\/2 200/);
}

/** Runs a `sluice` command against a sluice server, and returns its output. */
export async function runSluice(t, [command, url, ...options]) {
  // Plain HTTP, because a self-signed certificate would be reported as a problem.
  const origin = await serveEvents(t, 'http:');
  return sluiceAt(command, origin + new URL(url).pathname, ...options);
}

/** Runs a `sluice` command that watches for a second. */
export const sluiceAt = (command, url, ...options) =>
  output(process.execPath, [SLUICE, command, url, '--wait', '1', ...options]);

/** Resolves with a program's output. Stops the program when the output is enough. */
function output(program, args, isEnough = () => false) {
  const child = spawn(program, args);
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk) => {
      text += chunk;
      if (isEnough(text)) child.kill();
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', take);
    child.on('error', reject).on('close', () => resolve(text));
  });
}
