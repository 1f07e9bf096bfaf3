// A server over TLS. The arguments are the protocol, `https` or `http2`, and the writer: `sluice`,
// or a `loop` over `res.write` of a ready buffer.

const { execFileSync } = require('node:child_process');
const http2 = require('node:http2');
const https = require('node:https');
const { run } = require('../control.js');

const [protocol, writer] = process.argv.slice(2);

const KINDS = {
  https: (options, listener) => https.createServer(options, listener),
  http2: (options, listener) => http2.createSecureServer(options, listener),
};

/** Makes a certificate and its key, which are never stored. */
function certificate() {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-days', '2', '-subj', '/CN=localhost', '-keyout', '-', '-out', '-'];
  const made = execFileSync('openssl', ['req', '-x509', ...curve, ...subject], { stdio: 'pipe' });
  return { key: made, cert: made };
}

function sluice() {
  const { Channel, Connection } = require('../..');
  const channel = new Channel();
  return {
    answer: (req, res) => channel.add(new Connection(req, res)),
    count: () => channel.count(),
    broadcast: ({ id, event, data }) => {
      channel.send({ id, event, data });
    },
  };
}

function loop() {
  const responses = new Set();
  /** The number of responses that must drain, and the callback after that. */
  let full = 0;
  let resume;
  const drained = () => {
    full -= 1;
    if (full === 0) resume?.();
  };
  return {
    answer(_req, res) {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.flushHeaders();
      responses.add(res);
      res.on('drain', drained);
      res.on('close', () => responses.delete(res));
    },
    count: () => responses.size,
    broadcast({ id, event, data }) {
      const frame = Buffer.from(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      for (const res of responses) if (!res.write(frame)) full += 1;
      if (full === 0) return undefined;
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
  };
}

const { answer, count, broadcast } = { sluice, loop }[writer]();

run({ server: KINDS[protocol](certificate(), answer), count, broadcast });
