'use strict';

/**
 * Redirects the methods of a response. Writes of other code go through the connection, and keep
 * their order among its events.
 */

/** @typedef {{ write: Function, end: Function, destroy: Function }} Methods */

/**
 * @typedef {object} RedirectTarget
 * @property {(chunk: any, encoding: BufferEncoding | undefined) => void} otherWrite
 * @property {() => void} otherEnd
 * @property {(error?: Error) => void} otherDestroy
 */

/** The carrier of a response. */
const kTarget = Symbol('target');

/**
 * The methods of the latest response. Most responses share them.
 * @type {Methods | undefined}
 */
let latest;

/**
 * Replaces the methods of a response, whose target must be set. Returns the original methods.
 * @param {any} res
 * @returns {Methods}
 */
function redirect(res) {
  const methods = methodsOf(res);
  // The same functions for all responses, to save objects for each connection.
  res.write = write;
  res.end = end;
  res.destroy = destroy;
  return methods;
}

/**
 * @this {any}
 * @param {any} chunk
 * @param {any} [encoding]
 * @param {any} [callback]
 */
function write(chunk, encoding, callback) {
  if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  this[kTarget].otherWrite(chunk, encoding);
  if (callback) process.nextTick(callback);
  return true;
}

/**
 * @this {any}
 * @param {any} [chunk]
 * @param {any} [encoding]
 * @param {any} [callback]
 */
function end(chunk, encoding, callback) {
  if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
  if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  if (callback) this.once('finish', callback);
  if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
  this[kTarget].otherEnd();
  return this;
}

/**
 * @this {any}
 * @param {Error} [error]
 */
function destroy(error) {
  this[kTarget].otherDestroy(error);
  return this;
}

/**
 * @param {Methods} res
 * @returns {Methods}
 */
function methodsOf({ write, end, destroy }) {
  const isSame = latest?.write === write && latest.end === end && latest.destroy === destroy;
  if (!latest || !isSame) latest = { write, end, destroy };
  return latest;
}

module.exports = { kTarget, redirect };
