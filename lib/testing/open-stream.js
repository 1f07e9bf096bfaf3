'use strict';

/** Opens an event stream from a handler in a test. */

/** @import { OpenStreamOptions } from '../../testing.js' */

const { SluiceError } = require('../core/error.js');
const { assertString, object, time, whole } = require('../core/option.js');
const { askHandler } = require('./handler.js');
const { TestClient } = require('./test-client.js');

/**
 * @param {unknown} handler
 * @param {OpenStreamOptions} [options]
 * @returns {Promise<TestClient>}
 */
async function openStream(handler, options) {
  const given = object('options', options);
  const { path = '/', method = 'GET', lastEventId = '', remoteAddress = '127.0.0.1' } = given;
  for (const [name, value] of Object.entries({ path, method, lastEventId, remoteAddress })) {
    assertString(name, value);
  }
  const timeout = time('timeout', given.timeout, 5_000, 1);
  const maxEvents = whole('maxEvents', given.maxEvents, 10_000, 1, Number.MAX_SAFE_INTEGER);
  const headers = {
    accept: 'text/event-stream',
    host: 'localhost',
    ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }),
    ...object('headers', given.headers),
  };
  const controller = new AbortController();
  const ask = { path, method, headers, remoteAddress, signal: controller.signal };
  const answer = await inTime(askHandler(handler, ask), timeout, path, controller);
  // A `Response` cannot be opened again: its body can be read only once.
  return new TestClient(answer, { lastEventId, timeout, maxEvents }, (again) =>
    openStream(handler, { ...given, ...again }),
  );
}

/**
 * @template Result
 * @param {Promise<Result>} answer
 * @param {number} timeout milliseconds
 * @param {string} path
 * @param {AbortController} controller
 * @returns {Promise<Result>}
 */
async function inTime(answer, timeout, path, controller) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    const message = `the handler sent no response head for ${path} within ${timeout} ms`;
    timer = setTimeout(() => reject(new SluiceError('ERR_SSE_EXPECTED', message)), timeout);
  });
  try {
    return /** @type {Result} */ (await Promise.race([answer, late]));
  } catch (error) {
    controller.abort();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

module.exports = { openStream };
