// socket.io with its Redis adapter. Clients use WebSockets without compression, its default.
// Has this command besides those of `control.js`:
//
//   state → { state }  online once an adapter is subscribed

const { createServer } = require('node:http');
const { createAdapter } = require('@socket.io/redis-adapter');
const { createClient } = require('redis');
const { Server } = require('socket.io');
const { run } = require('../control.js');

const { url } = JSON.parse(process.argv[2]);
const server = createServer();
const publisher = createClient({ url });
const subscriber = publisher.duplicate();
let io;

async function connect() {
  await Promise.all([publisher.connect(), subscriber.connect()]);
  // The load client does not answer pings.
  io = new Server(server, {
    adapter: createAdapter(publisher, subscriber),
    transports: ['websocket'],
    pingInterval: 3_600_000,
  });
}

async function start() {
  await connect();
  await run({
    server,
    count: () => io.of('/').sockets.size,
    broadcast: ({ id, event, data }) => {
      io.emit(event, { id, ...data });
    },
    commands: {
      state: async () => ({ state: (await io.of('/').adapter.serverCount()) > 0 && 'online' }),
    },
  });
}

start();
