const { createStreams } = require('./lib/faces/streams/service.js');

module.exports = { createStreams };
