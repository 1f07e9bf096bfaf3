import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const text = readFileSync(new URL('examples.md', import.meta.url), 'utf8');
const load = (name) => require(name === 'sluice' ? '../../../index.js' : name);

/**
 * Runs the example under a heading, with this version of Express and a `console` that collects the
 * output. The part after `// somewhere else` becomes a function that the test can call.
 */
export function run(heading, express) {
  const section = text.split('\n## ').find((part) => part.startsWith(`${heading}\n`));
  const [setup, elsewhere = ''] = /```js\n(.*?)```/s.exec(section)[1].split('// somewhere else');
  const logged = [];
  const body = `${setup}; return { app, broker, elsewhere(clientID) { ${elsewhere} } };`;
  const example = new Function('require', 'console', body);
  const requireExample = (name) => (name === 'express' ? express : load(name));
  return { ...example(requireExample, { log: (line) => logged.push(line) }), logged };
}
