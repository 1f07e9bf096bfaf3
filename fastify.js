const { plugin } = require('./lib/faces/fastify/plugin.js');
const { SE } = require('./lib/faces/fastify/se.js');

module.exports = plugin;
module.exports.default = plugin;
module.exports.SE = SE;
