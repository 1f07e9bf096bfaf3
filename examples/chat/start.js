// Runs the example without a build: what ts-node does, in a few lines.
const { transpile } = require('./transpile.js');

require.extensions['.ts'] = (module, fileName) => module._compile(transpile(fileName), fileName);

require('./server.ts');
