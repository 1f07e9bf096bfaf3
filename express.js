const { sse } = require('./lib/express.js');

module.exports = { sse };
