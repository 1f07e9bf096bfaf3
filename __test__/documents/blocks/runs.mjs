// Runs commands of the documents at servers that this process starts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serveEvents } from './servers.mjs';

const SLUICE = fileURLToPath(new URL('../../../bin/sluice.js', import.meta.url));

/** Runs `curl` at a server of sluice until it has printed an event. */
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

/** Runs a command of `sluice` with a URL at a server of sluice, and returns what it prints. */
export async function runSluice(t, [command, url, ...options]) {
  // A self-signed certificate would be a problem that it finds.
  const origin = await serveEvents(t, 'http:');
  return sluiceAt(command, origin + new URL(url).pathname, ...options);
}

/** Watches for a second. */
export const sluiceAt = (command, url, ...options) =>
  output(process.execPath, [SLUICE, command, url, '--wait', '1', ...options]);

/** Resolves with what a program prints, and stops it once that is enough. */
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
