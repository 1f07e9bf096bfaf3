'use strict';

/** The maximum length of a text that a client has chosen, in characters. */
const LONGEST = 200;

/** @type {(text: unknown) => string} */
const short = (text) => {
  const all = String(text ?? '');
  return all.length > LONGEST ? `${all.slice(0, LONGEST)}…` : all;
};

module.exports = { short };
