const { redisBackplane } = require('./lib/backplane/redis.js');

module.exports = { redisBackplane };
