'use strict';

const { SSEBroker } = require('./lib/broker/broker.js');
const { Channel } = require('./lib/channel.js');
const { Connection } = require('./lib/connection.js');
const { SluiceError } = require('./lib/error.js');
const { createSSE } = require('./lib/fetch/service.js');
const { configure, metrics } = require('./lib/hub.js');
const { MapListener } = require('./lib/map-listener.js');
const { setupSSE } = require('./lib/setup-sse/setup-sse.js');
const { SSEHelper } = require('./lib/sse-helper.js');

module.exports = {
  Channel,
  Connection,
  MapListener,
  SSEBroker,
  SSEHelper,
  SluiceError,
  configure,
  createSSE,
  metrics,
  setupSSE,
};
