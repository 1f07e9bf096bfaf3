const { broadcast, push, registerChannel, registerSession } = require('./lib/digipair/skill.js');
const schema = require('./lib/digipair/schema.json');

module.exports = { broadcast, push, registerChannel, registerSession, schema };
