const { createServer } = require('node:http');
const { Channel, Connection } = require('../..');
const { run } = require('../control.js');

const channel = new Channel();

run({
  server: createServer((req, res) => {
    channel.add(new Connection(req, res));
  }),
  count: () => channel.count(),
  broadcast: (event) => {
    channel.send(event);
  },
});
