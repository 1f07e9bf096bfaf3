'use strict';

const { SSEBroker } = require('./lib/broker/broker.js');
const { Channel } = require('./lib/channel/channel.js');
const { Connection } = require('./lib/connection/connection.js');
const { drain } = require('./lib/connection/drain.js');
const { SluiceError } = require('./lib/core/error.js');
const { createSSE } = require('./lib/faces/fetch/service.js');
const { gracefulShutdown } = require('./lib/faces/graceful-shutdown.js');
const { configure, metrics } = require('./lib/core/hub.js');
const { MapListener } = require('./lib/channel/map-listener.js');
const { setupSSE } = require('./lib/faces/routes/setup-sse.js');
const { SSEHelper } = require('./lib/broker/sse-helper.js');

module.exports = {
  Channel,
  Connection,
  MapListener,
  SSEBroker,
  SSEHelper,
  SluiceError,
  configure,
  createSSE,
  drain,
  gracefulShutdown,
  metrics,
  setupSSE,
};
