// Many channels in one process. The last argument names the library. Has this command besides those
// of `control.js`:
//
//   channels COUNT MEMBERS → { channels }  creates COUNT channels with MEMBERS members each;
//                                          `broadcast` sends to one of them

const { createServer } = require('node:http');
const { createChannel, createSession } = require('better-sse');
const { Channel, Connection } = require('../..');
const { run } = require('../control.js');

/** The members: connections, responses or sessions. */
const members = [];

/** `open` returns a member, `create` a channel, `add` adds a member to it, and `send` sends. */
const LIBRARIES = {
  sluice: {
    open: (req, res) => new Connection(req, res),
    create: () => new Channel(),
    add: (channel, connection) => channel.add(connection),
    send: (channel, { event, data }) => channel.send({ event, data }),
  },
  'node-http': {
    open(_req, res) {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      res.flushHeaders();
      return res;
    },
    create: () => new Set(),
    add: (channel, res) => channel.add(res),
    send(channel, { id, event, data }) {
      const frame = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
      for (const res of channel) res.write(frame);
    },
  },
  'better-sse': {
    open: (req, res) => createSession(req, res),
    create: () => createChannel(),
    add: (channel, session) => channel.register(session),
    send: (channel, { id, event, data }) => channel.broadcast(data, event, { eventId: id }),
  },
};
const library = LIBRARIES[process.argv.at(-1)];
const all = [];

function channels(count, size) {
  for (let number = all.length; number < count; number++) {
    const channel = library.create();
    for (let member = 0; member < size; member++) {
      library.add(channel, members[(number * size + member) % members.length]);
    }
    all.push(channel);
  }
  return { channels: all.length };
}

run({
  server: createServer(async (req, res) => {
    members.push(await library.open(req, res));
  }),
  count: () => members.length,
  broadcast: (event) => {
    library.send(all[Math.floor(Math.random() * all.length)], event);
  },
  commands: { channels },
});
