const { aiSdk } = require('./lib/runs/ai-sdk.js');
const { createRuns } = require('./lib/runs/runs.js');

module.exports = { aiSdk, createRuns };
