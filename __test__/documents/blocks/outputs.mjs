// Compares `text` blocks with the output of a command, or names the test that uses them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { sluiceAt } from './runs.mjs';

/** The checks of the blocks of each page, in their order. */
const TEXTS = {
  'docs/doctor.md': [isReport],
  'docs/scaling.md': [
    usedBy('backplane/redis-tls.test.mjs', '+@connection'),
    usedBy('backplane/nats-tls.test.mjs', 'publish: '),
  ],
};

/** Returns the check of a block, or undefined if it is unknown. */
export const checkOfText = (file, index) => TEXTS[file]?.[index];

/** A test grants Redis or NATS exactly the listed rights. */
function usedBy(test, first) {
  return (_t, code, file) => {
    const source = readFileSync(new URL(`../../${test}`, import.meta.url), 'utf8');
    assert.ok(source.includes(`'../../${file}'`), `${test} does not read ${file}`);
    assert.ok(source.includes('```text\\n'), `${test} reads no text block`);
    assert.ok(code.startsWith(first));
  };
}

/** Removes what depends on the run or the server: figures, the URL and the protocol. */
const comparable = (report) =>
  report
    .replace(/https?:\S+/, 'URL')
    .replaceAll(/\d+(\.\d+)?/g, '0')
    .split('\n')
    .filter((line) => !/^(ok|note) +protocol /.test(line))
    .join('\n');

/** Runs `sluice doctor` against a server without `Cache-Control` and ids. */
async function isReport(t, code) {
  const server = http.createServer((req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const timer = setInterval(() => res.write('data: news\n\n'), 100);
    req.on('close', () => clearInterval(timer));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const printed = await sluiceAt('doctor', `http://127.0.0.1:${server.address().port}/events`);
  // The advice for HTTP/1.1 follows its line.
  const withoutAdvice = comparable(printed).replace(/\n +Share one stream.*?\n.*?(?=\n\n)/s, '');
  assert.equal(withoutAdvice.trimEnd(), comparable(code));
}
