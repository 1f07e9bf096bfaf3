const { plugin } = require('./lib/fastify/plugin.js');
const { SE } = require('./lib/fastify/se.js');

module.exports = plugin;
module.exports.default = plugin;
module.exports.SE = SE;
