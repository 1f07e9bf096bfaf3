// Tests that the core reads equal options once, and different options separately.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { readConnectionOptions } = require('../../lib/connection/connection-options.js');
const { coreSettings } = require('../../lib/connection/core-settings.js');

const read = (options) => readConnectionOptions(options).core;

/** Another value of each option that the core reads. */
const OTHERS = {
  pingInterval: 1,
  pingForm: 'time',
  timeout: 1,
  stallTimeout: 1,
  retry: 1,
  overflow: 'drop-oldest',
  maxQueueBytes: 65_536,
  maxQueueEvents: 1,
};

test('the core reads equal options once', () => {
  assert.equal(coreSettings(read({ retry: 5 })), coreSettings(read({ retry: 5 })));
});

test('every option that the core reads has another value in this test', () => {
  assert.deepEqual(Object.keys(OTHERS).toSorted(), Object.keys(read()).toSorted());
});

for (const [name, value] of Object.entries(OTHERS)) {
  test(`the core reads options again when \`${name}\` differs`, () => {
    const usual = read();
    const before = coreSettings(usual);
    assert.equal(coreSettings(usual), before);
    assert.notEqual(coreSettings({ ...usual, [name]: value }), before);
  });
}
