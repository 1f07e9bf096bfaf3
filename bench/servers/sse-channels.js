const { createServer } = require('node:http');
const { Channel, Connection } = require('sse-channels');
const { run } = require('../control.js');

// 500 events are replayed after the one that the client has received.
const channel = new Channel({ historySize: 501 });

run({
  server: createServer((req, res) => {
    const connection = new Connection(req, res, { ping: true });
    channel.add(connection);
  }),
  count: () => channel.count(),
  broadcast: ({ id, event, data }) => {
    channel.send({ id, event, data: JSON.stringify(data) });
  },
});
