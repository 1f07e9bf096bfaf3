const { createServer } = require('node:http');
const { createChannel, createSession } = require('better-sse');
const { run } = require('../control.js');

const channel = createChannel();

run({
  server: createServer(async (req, res) => {
    const session = await createSession(req, res);
    channel.register(session);
  }),
  count: () => channel.sessionCount,
  broadcast: ({ id, event, data }) => {
    channel.broadcast(data, event, { eventId: id });
  },
});
