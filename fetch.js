const { createSSE } = require('./lib/fetch/service.js');

module.exports = { createSSE };
