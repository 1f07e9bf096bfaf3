const { inspectHandler } = require('./lib/faces/inspect/handler.js');

module.exports = { inspectHandler };
