// Runs the TypeScript example without a build step, like `nest start` or ts-node.
const { readFileSync } = require('node:fs');
const ts = require('typescript5');
const { compilerOptions } = ts.readConfigFile(`${__dirname}/tsconfig.json`, ts.sys.readFile).config;

require.extensions['.ts'] = (module, fileName) => {
  const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), {
    compilerOptions: ts.convertCompilerOptionsFromJson(compilerOptions, __dirname).options,
    fileName,
  });
  module._compile(outputText, fileName);
};

require('./main.ts');
