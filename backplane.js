const { customBackplane } = require('./lib/backplane/custom.js');
const { memoryBackplane } = require('./lib/backplane/memory.js');

module.exports = { customBackplane, memoryBackplane };
