const { createServer } = require('node:http');
const { Channel, Connection } = require('../..');
const { run } = require('../control.js');

const options = { lean: process.argv[2] === 'lean' };
// 500 events are replayed after the one that the client has received.
const channel = new Channel({ historySize: 501 });

run({
  server: createServer((req, res) => {
    channel.add(new Connection(req, res, options));
  }),
  count: () => channel.count(),
  broadcast: (event) => {
    channel.send(event);
  },
});
