const { createSSE } = require('./lib/faces/fetch/service.js');

module.exports = { createSSE };
