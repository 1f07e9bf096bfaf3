// Tests `sluice doctor` with servers that each have one fault, and behind nginx.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { startProxy, withoutNginx } from '../carrier/nginx/proxy.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';

const program = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' };

/** Runs the command. Returns its exit code and output. */
async function run(...args) {
  const run = promisify(execFile)(process.execPath, [program, ...args]);
  const { stdout, stderr, code = 0 } = await run.catch((error) => error);
  return { code, stdout, stderr };
}

/** Returns the findings by the name of their check. */
async function examine(url, ...args) {
  const { code, stdout, stderr } = await run('doctor', url, '--json', '--wait', '2', ...args);
  assert.equal(stderr, '');
  const { findings } = JSON.parse(stdout);
  const problems = findings.filter(({ level }) => level === 'problem');
  assert.equal(code, problems.length > 0 ? 1 : 0);
  for (const { level, fix } of findings) if (level === 'problem') assert.ok(fix?.length > 0);
  return Object.fromEntries(findings.map(({ check, ...finding }) => [check, finding]));
}

async function serve(t, handler) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

/** A sluice server that sends an event every 100 ms. */
async function site(t) {
  const channel = new sluice.Channel();
  const timer = setInterval(() => channel.send({ event: 'tick', data: { at: Date.now() } }), 100);
  t.after(() => {
    clearInterval(timer);
    channel.close();
  });
  return serve(t, (req, res) => void channel.add(new sluice.Connection(req, res)));
}

describe('sluice doctor', { ...SOON, concurrency: 4 }, () => {
  test('finds no problem with a sluice server', async (t) => {
    const found = await examine(await site(t));
    for (const [check, { level }] of Object.entries(found)) {
      assert.ok(level === 'ok' || check === 'protocol', `${check}: ${level}`);
    }
    assert.equal(found.resume.message, 'events have ids');
    assert.match(found.protocol.message, /six connections/);
  });

  test('prints findings and fixes as text', async (t) => {
    const { code, stdout } = await run(
      'doctor',
      await site(t),
      '--wait',
      '1',
      '--origin',
      'https://a.b',
    );
    assert.equal(code, 1);
    assert.match(stdout, /^ok +status +200$/m);
    assert.match(
      stdout,
      /^PROBLEM +cors +there is no Access-Control-Allow-Origin for https:\/\/a\.b$/m,
    );
    assert.match(
      stdout,
      /^ +Send Access-Control-Allow-Origin: https:\/\/a\.b and Vary: Origin\.$/m,
    );
    assert.match(stdout, /^1 problem, 0 warnings$/m);
  });

  test('prints the usage for an invalid command', async () => {
    const wrong = [
      ['doctor'],
      ['doctor', 'ftp://a'],
      ['doctor', 'http://a', '--wait', 'long'],
      ['doctor', 'http://a', '--header', 'x'],
      ['doctor', 'http://a', '--loud'],
      ['nurse'],
    ];
    for (const args of wrong) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, /Usage: sluice doctor URL/);
    }
    assert.equal((await run('--help')).code, 0);
  });

  test('reports why the server is unreachable', async () => {
    assert.match((await examine('http://127.0.0.1:1/')).reach.message, /ECONNREFUSED/);
  });

  test('finds a buffered response head', async (t) => {
    const { reach } = await examine(await serve(t, () => {}));
    assert.match(reach.message, /no response head after 2 s/);
    assert.ok(reach.fix.includes('nginx: proxy_buffering off;'));
  });

  test('finds status codes and content types that EventSource rejects', async (t) => {
    const code = await examine(
      await serve(t, (_req, res) => res.writeHead(503, { 'Retry-After': 3 }).end()),
    );
    assert.match(code.status.message, /^503, Retry-After: 3/);
    const type = await examine(
      await serve(t, (_req, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('hi')),
    );
    assert.equal(type['content-type'].message, 'Content-Type is text/html');
    assert.equal(type.silence, undefined);
  });

  test('follows redirects and reports them', async (t) => {
    const url = await site(t);
    const { status } = await examine(
      await serve(t, (_req, res) => res.writeHead(302, { Location: url }).end()),
    );
    assert.equal(status.level, 'warning');
    assert.ok(status.message.includes(url));
  });

  test('finds a stream without ids and without Cache-Control', async (t) => {
    const found = await examine(
      await serve(t, (_req, res) => {
        res.writeHead(200, { 'Content-Type': 'text/event-stream' });
        res.write('data: a\n\n');
      }),
    );
    assert.equal(found.caching.level, 'warning');
    assert.match(found.resume.message, /^1 events had no id/);
  });

  test('finds a stream that is cut and a stream that ends', async (t) => {
    const begin = (res) => {
      res.writeHead(200, HEAD);
      res.write(': hello\n\n');
    };
    const cut = await examine(
      await serve(t, async (_req, res) => {
        begin(res);
        await sleep(200);
        res.destroy();
      }),
    );
    assert.equal(cut['idle cut'].level, 'problem');
    const ended = await examine(
      await serve(t, async (_req, res) => {
        begin(res);
        res.end();
      }),
    );
    assert.equal(ended['idle cut'].level, 'warning');
  });

  test('finds compression, and detects unflushed events', async (t) => {
    const compressed = (flushes) => (_req, res) => {
      res.writeHead(200, { ...HEAD, 'Content-Encoding': 'gzip' });
      const gzip = zlib.createGzip();
      gzip.pipe(res);
      gzip.write('data: a\n\n');
      if (flushes) gzip.flush();
    };
    const flushed = await examine(await serve(t, compressed(true)));
    assert.equal(flushed.compression.level, 'warning');
    assert.equal(flushed.resume.level, 'note');
    const held = await examine(await serve(t, compressed(false)));
    assert.equal(held.compression.level, 'problem');
  });

  test('finds events that arrive in bunches', async (t) => {
    const bunches = await examine(
      await serve(t, (req, res) => {
        res.writeHead(200, HEAD);
        res.write(': hello\n\n');
        const timer = setInterval(() => res.write('id: 1\ndata: a\n\n'.repeat(5)), 1700);
        req.on('close', () => clearInterval(timer));
      }),
      '--wait',
      '6',
    );
    assert.match(bunches.buffering.message, /bunches: [23] times/);
  });
});

/** Starts nginx in front of a sluice server, with these settings. */
async function behindNginx(t, location) {
  const direct = await site(t);
  const { origins, stop } = await startProxy(direct, { location });
  t.after(stop);
  return { direct, origins };
}

describe('sluice doctor behind nginx', { ...SOON, skip: withoutNginx() }, () => {
  test('finds buffering in nginx', async (t) => {
    // Ignore the header that sluice sends to turn buffering off.
    const { direct, origins } = await behindNginx(t, 'proxy_ignore_headers X-Accel-Buffering;');
    const { reach } = await examine(origins.http, '--direct', direct);
    assert.match(reach.message, /^no response head/);
    assert.match(reach.fix[0], /a proxy holds the head back/);
    assert.ok(reach.fix.includes('nginx: proxy_buffering off;'));
  });

  test('finds buffered events behind an unbuffered head', async (t) => {
    const direct = await site(t);
    // A proxy that forwards the head but no events.
    const proxy = await serve(t, (_req, res) => {
      http.get(direct, (response) => {
        res.writeHead(response.statusCode, response.headers).flushHeaders();
        response.resume();
        res.on('close', () => response.destroy());
      });
    });
    const { buffering } = await examine(proxy, '--direct', direct);
    assert.equal(buffering.level, 'problem');
    assert.match(buffering.message, /^events are held back: [1-9]\d* of \d+ have not arrived/);
    assert.ok(buffering.fix.some((line) => line.includes('proxy_buffering off;')));
  });

  test('finds no buffering with the default settings, and finds a self-signed certificate', async (t) => {
    const { direct, origins } = await behindNginx(t, '');
    const found = await examine(origins.http, '--direct', direct);
    assert.equal(found.compression.level, 'ok');
    assert.notEqual(found.buffering.level, 'warning');
    const { reach } = await examine(origins.https);
    assert.match(reach.message, /self-signed certificate/);
    assert.match(reach.fix[0], /NODE_EXTRA_CA_CERTS/);
  });

  test('finds that nginx cuts a silent stream', async (t) => {
    const silent = await serve(t, (_req, res) => {
      res.writeHead(200, HEAD);
      res.write(': hello\n\n');
    });
    const { origins, stop } = await startProxy(silent, { location: 'proxy_read_timeout 1s;' });
    t.after(stop);
    const found = await examine(origins.http, '--wait', '60');
    assert.notEqual(found['idle cut'].level, 'ok');
    assert.ok(found['idle cut'].fix.includes('nginx: proxy_read_timeout 1h;'));
  });
});
