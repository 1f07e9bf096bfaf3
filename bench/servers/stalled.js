// Clients that read, and clients that never do (`/stalled`), in one channel. Commands in addition
// to those of `control.js`:
//
//   policy NUMBER TRANSPORT → { policy, transport }  by number, for later connections
//   stalled                 → { stalled }            how many of these clients have connected
//   watch                   → { watched }            memory is watched from now on
//   peak                    → { rss, queued }        bytes: the most that was resident and queued

const { createServer } = require('node:http');
const { Channel, Connection, metrics } = require('../..');
const { run } = require('../control.js');

const POLICIES = ['disconnect', 'drop-oldest', 'conflate', 'reread'];
const TRANSPORTS = ['auto', 'stream'];
/** A small limit, which is exceeded soon. */
const LIMIT = 128 << 10;
/** The number of different keys, for `conflate`. */
const KEYS = 100;

const channel = new Channel({
  key: ({ data }) => String(Number(data.sent.split('.')[1]) % KEYS),
});
let options = {};
let reading = 0;
let stalled = 0;
let peak = { rss: 0, queued: 0 };

const server = createServer((req, res) => {
  const connection = new Connection(req, res, options);
  channel.add(connection);
  if (req.url === '/stalled') {
    stalled += 1;
    return;
  }
  reading += 1;
  connection.on('close', () => {
    reading -= 1;
  });
});

function sample() {
  peak.rss = Math.max(peak.rss, process.memoryUsage.rss());
  peak.queued = Math.max(peak.queued, metrics().queuedBytes);
}

run({
  server,
  count: () => reading,
  broadcast: (event) => {
    channel.send(event);
  },
  commands: {
    policy(number, transport) {
      options = {
        overflow: POLICIES[number],
        transport: TRANSPORTS[transport],
        maxQueueBytes: LIMIT,
        // These connections stay open until the end.
        stallTimeout: 0,
      };
      return options;
    },
    stalled: () => ({ stalled }),
    watch() {
      peak = { rss: 0, queued: 0 };
      setInterval(sample, 50).unref();
      return { watched: true };
    },
    peak: () => peak,
  },
});
