// Each process subscribes to Redis, and writes what arrives to all of its responses.
// Has this command besides those of `control.js`:
//
//   state → { state }  online once it is subscribed

const { createServer } = require('node:http');
const { createClient } = require('redis');
const { run } = require('../control.js');

const { url } = JSON.parse(process.argv[2]);
const publisher = createClient({ url });
const subscriber = createClient({ url });
const responses = new Set();
let state = 'connecting';

async function subscribe() {
  await Promise.all([publisher.connect(), subscriber.connect()]);
  await subscriber.subscribe('events', (frame) => {
    for (const res of responses) res.write(frame);
  });
  state = 'online';
}

subscribe();
run({
  server: createServer((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    res.flushHeaders();
    responses.add(res);
    res.on('close', () => responses.delete(res));
  }),
  count: () => responses.size,
  broadcast: ({ id, event, data }) => {
    // The client has its own queue, like the others.
    publisher.publish('events', `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  },
  commands: { state: () => ({ state }) },
});
