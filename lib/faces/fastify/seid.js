'use strict';

/** Asks the application's `seidGenerator` for the seid of a request. */

/** @import { FastifyReply, FastifyRequest } from 'fastify' */
/** @import { SeidGenerator } from '../../../fastify.js' */

const { kind } = require('../../core/option.js');
const { httpError } = require('./error.js');

/**
 * @param {unknown} seid
 * @returns {string}
 */
function checked(seid) {
  if (typeof seid === 'number') return String(seid);
  if (typeof seid === 'string' && seid !== '') return seid;
  throw httpError(
    'ERR_SSE_SEID',
    500,
    'seidGenerator must return a string that is not empty, ' +
      `but it returned ${seid === '' ? 'an empty one' : kind(seid)}`,
  );
}

/** @param {unknown} thrown */
function asError(thrown) {
  if (thrown instanceof Error) return thrown;
  return httpError('ERR_SSE_SEID', 500, `seidGenerator failed: ${String(thrown)}`);
}

/**
 * Whether a returned value is an answer. A generator with a callback may return an unrelated value,
 * such as a timer.
 * @param {SeidGenerator} generator
 * @param {unknown} value
 */
function isAnswer(generator, value) {
  if (generator.length < 3) return value !== undefined;
  return typeof value === 'string' || typeof value === 'number';
}

/**
 * The generator's answer: a returned value, the value of a promise or a call of the callback. Only
 * the first answer counts.
 * @param {SeidGenerator} generator
 * @param {FastifyRequest} request
 * @param {FastifyReply} reply
 * @param {number} timeout
 * @returns {Promise<string>}
 */
function generateSeid(generator, request, reply, timeout) {
  return new Promise((resolve, reject) => {
    let settled = false;
    /** @type {<Value>(finish: (value: Value) => void, value: Value) => void} */
    const settle = (finish, value) => {
      settled = true;
      clearTimeout(timer);
      finish(value);
    };
    /** @param {unknown} thrown */
    const fail = (thrown) => {
      const error = asError(thrown);
      if (!settled) return settle(reject, error);
      // The request continues with the first answer, so nothing else would report the error.
      request.log.warn({ err: error }, 'seidGenerator failed after it had answered');
    };
    const timer = setTimeout(() => {
      const message = `seidGenerator did not answer within ${timeout} ms`;
      fail(httpError('ERR_SSE_SEID_TIMEOUT', 503, message));
    }, timeout);
    /** @param {unknown} seid */
    const take = (seid) => {
      if (settled) return;
      try {
        settle(resolve, checked(seid));
      } catch (error) {
        fail(error);
      }
    };
    /** @param {unknown[]} answer */
    const callback = (...answer) => {
      const [error, seid] = answer;
      if (answer.length > 1) return error ? fail(error) : take(seid);
      return error instanceof Error ? fail(error) : take(error);
    };
    /** @param {unknown} value */
    const takeReturned = (value) => {
      if (isAnswer(generator, value)) take(value);
    };
    try {
      Promise.resolve(generator(request, reply, callback)).then(takeReturned, fail);
    } catch (error) {
      fail(error);
    }
  });
}

module.exports = { generateSeid };
