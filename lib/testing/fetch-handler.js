'use strict';

/** Requests to a handler that returns a Fetch `Response`. */

/** @import { Answer, Ask } from './handler.js' */

const { wrongArgument } = require('../core/option.js');
const { isResponse } = require('../faces/fetch/is-response.js');

const noop = () => {};

/**
 * @param {(request: Request, environment: object) => Response | Promise<Response>} fetch
 * @param {Ask} ask
 * @returns {Promise<Answer>}
 */
async function askFetch(fetch, { path, method, headers }) {
  const controller = new AbortController();
  const url = new URL(path, 'http://localhost');
  const request = new Request(url, { method, headers, signal: controller.signal });
  const answer = answerOf(await fetch(request, {}));
  return {
    ...answer,
    leave() {
      // Servers do both when a client disconnects.
      controller.abort();
      answer.leave();
    },
  };
}

/**
 * @param {unknown} value
 * @returns {Answer}
 */
function answerOf(value) {
  if (!isResponse(value))
    throw wrongArgument('openStream()', 'a handler that returns a Response', value);
  const reader = value.body?.getReader();
  return {
    status: value.status,
    headers: Object.fromEntries(value.headers),
    body: reader ? chunks(reader) : nothing(),
    leave: () => void reader?.cancel().catch(noop),
  };
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
async function* chunks(reader) {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* nothing() {}

module.exports = { answerOf, askFetch };
