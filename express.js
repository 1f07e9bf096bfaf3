const { sse } = require('./lib/faces/express.js');

module.exports = { sse };
