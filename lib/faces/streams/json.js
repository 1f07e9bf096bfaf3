'use strict';

/**
 * JSON mode: a stream of messages. They are kept unchanged, each followed by a comma, so any run of
 * them is an array without its brackets. Parsing and serialising them would change long numbers.
 */

const { Refusal } = require('./refusal.js');

const decoder = new TextDecoder('utf-8', { fatal: true });
const COMMA = ','.charCodeAt(0);

/**
 * The messages of a body: the items of an array, or one value. The bytes are empty for an empty
 * array.
 * @param {Uint8Array} body
 */
function toMessages(body) {
  let text;
  let value;
  try {
    text = decoder.decode(body);
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, 'The body is not valid JSON');
  }
  const own = text.trim();
  const items = Array.isArray(value) ? own.slice(1, -1).trim() : own;
  return Buffer.from(items && `${items},`);
}

/**
 * Makes an array of messages.
 * @param {Buffer} messages
 */
const toArray = (messages) => Buffer.from(`[${messages.toString('utf8', 0, lengthOf(messages))}]`);

/** @param {Buffer} messages */
const lengthOf = (messages) => messages.length - (messages.at(-1) === COMMA ? 1 : 0);

/**
 * The first `count` messages, or undefined if there are fewer.
 * @param {Buffer} messages
 * @param {number} count
 */
function firstMessages(messages, count) {
  let end = 0;
  for (let left = count; left > 0; left -= 1) {
    if (end === messages.length) return undefined;
    end = endOfMessage(messages, end);
  }
  return messages.subarray(0, end);
}

/**
 * The end of the message that begins at an index, including its comma. The messages are valid.
 * @param {Buffer} messages
 * @param {number} start
 */
function endOfMessage(messages, start) {
  let depth = 0;
  let isText = false;
  for (let index = start; index < messages.length; index += 1) {
    const character = String.fromCharCode(messages[index]);
    if (isText) {
      if (character === '\\') index += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',' && depth === 0) return index + 1;
  }
  return messages.length;
}

module.exports = { firstMessages, toArray, toMessages };
