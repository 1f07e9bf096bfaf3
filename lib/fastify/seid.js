'use strict';

/** @import { FastifyRequest } from 'fastify' */
/** @import { SeidGenerator } from '../../fastify.js' */

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
    `seidGenerator must give a string that is not empty, but it gave ${seid === '' ? 'an empty one' : seid === null ? 'null' : `a ${typeof seid}`}`,
  );
}

/** @param {unknown} thrown */
function asError(thrown) {
  if (thrown instanceof Error) return thrown;
  return httpError('ERR_SSE_SEID', 500, `seidGenerator failed: ${String(thrown)}`);
}

/**
 * The generator's answer: what it returns or resolves with, or what it calls back with if that is undefined; the first counts.
 * @param {SeidGenerator} generator
 * @param {FastifyRequest} request
 * @param {number} timeout
 * @returns {Promise<string>}
 */
function generateSeid(generator, request, timeout) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const message = `seidGenerator did not answer within ${timeout} ms`;
      reject(httpError('ERR_SSE_SEID_TIMEOUT', 503, message));
    }, timeout);
    /** @param {unknown} thrown */
    const fail = (thrown) => {
      clearTimeout(timer);
      reject(asError(thrown));
    };
    /** @param {unknown} seid */
    const take = (seid) => {
      try {
        resolve(checked(seid));
        clearTimeout(timer);
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
    try {
      const returned = generator(request, callback);
      Promise.resolve(returned).then((seid) => seid === undefined || take(seid), fail);
    } catch (error) {
      fail(error);
    }
  });
}

module.exports = { generateSeid };
