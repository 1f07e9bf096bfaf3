// Runs the TypeScript example without a build step, like ts-node.
const { transpile } = require('./transpile.js');

require.extensions['.ts'] = (module, fileName) => module._compile(transpile(fileName), fileName);

require('./server.ts');
