// The arguments are the way to send pings and their interval in seconds. The ways are `sluice`, and
// `timers`: an interval for each connection that calls `res.write`. Command in addition to those of
// `control.js`:
//
//   pinged    → { bytes }   bytes of pings so far, with all other bytes of the body

const { createServer } = require('node:http');
const { Connection, metrics } = require('../..');
const { run } = require('../control.js');

const PING = ':\n\n';
/** An HTTP chunk also has its length and two line ends. */
const CHUNK = 5 + PING.length;

const [way, seconds] = process.argv.slice(2);
const pingInterval = Number(seconds) * 1000;
let connections = 0;
let bytes = 0;

function withTimer(req, res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  res.flushHeaders();
  const timer = setInterval(() => {
    res.write(PING);
    bytes += CHUNK;
  }, pingInterval);
  req.on('close', () => clearInterval(timer));
}

const open = {
  sluice: (req, res) => new Connection(req, res, { pingInterval }),
  timers: withTimer,
}[way];

run({
  server: createServer((req, res) => {
    connections += 1;
    open(req, res);
  }),
  count: () => connections,
  broadcast: () => {},
  commands: { pinged: () => ({ bytes: way === 'sluice' ? metrics().bytes : bytes }) },
});
