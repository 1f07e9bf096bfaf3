const {
  broadcast,
  push,
  registerChannel,
  registerSession,
} = require('./lib/faces/digipair/skill.js');
const schema = require('./lib/faces/digipair/schema.json');

module.exports = { broadcast, push, registerChannel, registerSession, schema };
