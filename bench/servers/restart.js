// Serves one channel. On SIGTERM it drains its connections with the options in its argument, which
// is JSON, and exits.

const { createServer } = require('node:http');
const { Channel, Connection, gracefulShutdown } = require('../..');

const channel = new Channel();
const server = createServer((req, res) => {
  channel.add(new Connection(req, res, { ping: false }));
});

gracefulShutdown(server, JSON.parse(process.argv[2])).done.then((result) => {
  console.log(JSON.stringify(result));
});
server.listen(0, '127.0.0.1', 4096, () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
