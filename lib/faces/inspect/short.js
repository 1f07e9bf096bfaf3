'use strict';

/** The most characters of a text that a client has chosen. */
const LONGEST = 200;

/** @type {(text: unknown) => string} */
const short = (text) => {
  const all = String(text ?? '');
  return all.length > LONGEST ? `${all.slice(0, LONGEST)}…` : all;
};

module.exports = { short };
