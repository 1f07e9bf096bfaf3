'use strict';

const { Channel } = require('./lib/channel.js');
const { Connection } = require('./lib/connection.js');
const { SluiceError } = require('./lib/error.js');
const { configure, metrics } = require('./lib/hub.js');
const { MapListener } = require('./lib/map-listener.js');

module.exports = { Channel, Connection, MapListener, SluiceError, configure, metrics };
