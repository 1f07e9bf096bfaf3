// Tests that the numbers of docs/limits.md match the code.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const require = createRequire(import.meta.url);
const { readBrokerOptions } = require('../../lib/broker/broker-options.js');
const { readConnectionOptions } = require('../../lib/connection/connection-options.js');
const { readSetupOptions } = require('../../lib/faces/routes/options.js');

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

/** Evaluates the constant of a source file. */
function constant(path, name) {
  const [, value] = new RegExp(`const ${name}(?:: \\w+)? = ([\\d_ <*]+);`).exec(read(path)) ?? [];
  assert.ok(value, `${path} has ${name}`);
  return Function(`return ${value}`)();
}

const connection = readConnectionOptions().core;
const broker = readBrokerOptions();
const routes = readSetupOptions();
const burst = constant('src/connection/options.rs', 'BURST_FACTOR');

/** The expected value of each table row, by the beginning of the row. */
const expected = {
  'queued events': connection.maxQueueBytes,
  'the same during': connection.maxQueueBytes * burst,
  'unsent bytes': constant('src/shard/socket.rs', 'NOT_SENT_BYTES'),
  'its cursor': constant('lib/carrier/cursor.js', 'MAX_BYTES'),
  'bytes that it sends': constant('src/shard/flush.rs', 'MAX_RECEIVED'),
  'seconds without': connection.stallTimeout / 1000,
  'the body of a request': routes.bodyLimit,
  'topics that it is': routes.maxTopics,
  'the name of a topic': constant('src/audience/topics.rs', 'MAX_NAME'),
  'patterns that it is': broker.maxPatterns,
  'seconds that an empty topic': broker.topic.emptyTimeout / 1000,
  'the history of a topic': broker.topic.historyBytes,
  'seconds that its session': broker.sessionTimeout / 1000,
  'topics and patterns |': broker.maxTopicsTotal,
  sessions: constant('lib/broker/sessions.js', 'MAX_SESSIONS'),
  'characters in the names': constant('lib/broker/sessions.js', 'MAX_SIZE'),
};

const guide = read('docs/limits.md');
const [, held] = guide.split('## What one client can hold');
const rows = Array.from(held.matchAll(/^\| (.+)$/gm), ([, row]) => row).filter(
  (row) => !/^(what|---)/.test(row),
);

for (const [begin, number] of Object.entries(expected)) {
  test(`docs/limits.md says ${number}: ${begin}`, () => {
    const found = rows.filter((row) => row.startsWith(begin));
    assert.equal(found.length, 1, begin);
    const [, value] = found[0].split(' | ');
    assert.equal(value, number.toLocaleString('en-US'));
  });
}

test('every number of docs/limits.md is checked', () => {
  assert.equal(rows.length, Object.keys(expected).length);
});

test('both transports discard the same number of bytes', () => {
  const ofStreams = constant('lib/carrier/last-response.js', 'MAX_RECEIVED');
  assert.equal(ofStreams, constant('src/shard/flush.rs', 'MAX_RECEIVED'));
});
