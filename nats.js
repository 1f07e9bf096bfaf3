const { natsBackplane } = require('./lib/backplane/nats.js');

module.exports = { natsBackplane };
