const { adopt } = require('./lib/faces/fetch/adopt/adopt.js');
const { toNode } = require('./lib/faces/fetch/adopt/to-node.js');
const { createSSE } = require('./lib/faces/fetch/service.js');

module.exports = { adopt, createSSE, toNode };
