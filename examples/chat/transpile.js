// Transpiles the server and the page without a build step. An application would use its own tools.
const { readFileSync } = require('node:fs');
const path = require('node:path');
const ts = require('typescript5');

/** @type {Map<string, { source: string, output: string }>} */
const done = new Map();

/**
 * @param {string} fileName a TypeScript file beside a tsconfig.json
 * @returns {string} JavaScript
 */
function transpile(fileName) {
  const source = readFileSync(fileName, 'utf8');
  const known = done.get(fileName);
  if (known?.source === source) return known.output;
  const folder = path.dirname(fileName);
  const { config } = ts.readConfigFile(path.join(folder, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder);
  const output = ts.transpileModule(source, { compilerOptions: options, fileName }).outputText;
  done.set(fileName, { source, output });
  return output;
}

module.exports = { transpile };
