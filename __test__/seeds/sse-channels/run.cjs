'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const express = require('express');

const text = readFileSync(path.join(__dirname, 'examples.md'), 'utf8');

/** Returns the JavaScript of the example under this heading. */
exports.example = (heading) => {
  const section = text.split('\n## ').find((part) => part.startsWith(`${heading}\n`));
  return /```js\n(.*?)```/s.exec(section)[1];
};

/** The `require` function of an example. */
exports.load = (name) => (name === 'sluice' ? require('../../../index.js') : require(name));

/**
 * Runs an example with an `app`, unless the example creates one. The part after `// somewhere else`
 * becomes a function that the test can call.
 */
exports.run = (code) => {
  const made = express();
  const requireExample = (name) =>
    name === 'express' && /const app = express/.test(code) ? () => made : exports.load(name);
  const [setup, elsewhere = ''] = code.split('// somewhere else');
  const body = `{ ${setup}; return (userID) => {\n// somewhere else${elsewhere}\n}; }`;
  const broadcast = new Function('require', 'app', body)(requireExample, made);
  return { app: made, broadcast };
};
