const { eventStore } = require('./lib/faces/mcp/event-store.js');
const { serverEventBus } = require('./lib/faces/mcp/server-event-bus.js');

module.exports = { eventStore, serverEventBus };
