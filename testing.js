const { openStream } = require('./lib/testing/open-stream.js');

module.exports = { openStream };
