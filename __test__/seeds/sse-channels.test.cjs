'use strict';

const { test } = require('node:test');
const { example, run } = require('./sse-channels/run.cjs');

for (const heading of ['Connection', 'Channels', 'Temporary Channels']) {
  test(`the example «${heading}» runs as CommonJS`, { timeout: 240_000 }, async (t) => {
    const { expected } = await import('./sse-channels/expected.mjs');
    await expected[heading](t, () => run(example(heading)));
  });
}
