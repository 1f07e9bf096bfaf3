'use strict';

/** Reads the body of a request, up to a limit. Its bytes count against the budget of streams. */

/** @import { Budget } from './budget.js' */

const { Refusal, full } = require('./refusal.js');

const tooLarge = () => new Refusal(413, 'The body is too large');

/**
 * @param {Request} request
 * @param {number} most in bytes
 * @param {Budget} budget
 */
async function readBody(request, most, budget) {
  if (Number(request.headers.get('Content-Length')) > most) throw tooLarge();
  const reader = request.body?.getReader();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let size = 0;
  let taken = 0;
  try {
    for (;;) {
      const { done, value } = (await read(reader)) ?? { done: true };
      if (done) return Buffer.concat(chunks, size);
      size += value.length;
      if (size > most) throw tooLarge();
      if (!budget.take(value.length)) throw full();
      taken += value.length;
      chunks.push(value);
    }
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw error;
  } finally {
    budget.give(taken);
  }
}

/** @param {ReadableStreamDefaultReader<Uint8Array> | undefined} reader */
async function read(reader) {
  try {
    return await reader?.read();
  } catch {
    // The client has disconnected.
    throw new Refusal(400, 'The body is incomplete');
  }
}

module.exports = { readBody };
