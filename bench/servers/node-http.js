const { createServer } = require('node:http');
const { run } = require('../control.js');

const responses = new Set();

run({
  server: createServer((_req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    res.flushHeaders();
    responses.add(res);
    res.on('close', () => responses.delete(res));
  }),
  count: () => responses.size,
  broadcast: ({ id, event, data }) => {
    const frame = `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const res of responses) res.write(frame);
  },
});
