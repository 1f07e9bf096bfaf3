'use strict';

/**
 * The messages between the brokers of several processes, as JSON. Other processes may run other
 * versions, and any program may write to the engine: messages of any other form are ignored.
 */

/**
 * @typedef {object} Shared a client, as other processes know it
 * @property {string} id
 * @property {boolean} live false if only its session is kept
 * @property {any} [data] its metadata for presence
 * @property {string[]} [topics] if it takes part in presence
 */
/** @typedef {{ set: Shared } | { gone: string }} Change */
/** @typedef {{ part: number, last: boolean, clients: Shared[] }} Part a part of a full state */

/**
 * - `hello`: the node asks for the state of all others.
 * - `beat`: a sign of life.
 * - `bye`: the node closes.
 * - `state`: a part of the state of a node.
 * - `changes`: changes after that state.
 * - `call`: calls an action. `ask`: calls an action that returns an answer.
 * - `answer`: the answer to an `ask`.
 *
 * @typedef {{ from: string } & (
 *   | { kind: 'hello' }
 *   | { kind: 'beat', seq: number }
 *   | { kind: 'bye' }
 *   | { kind: 'state', seq: number } & Part
 *   | { kind: 'changes', seq: number, changes: Change[] }
 *   | { kind: 'call', name: string, args: any[] }
 *   | { kind: 'ask', number: number, name: string, args: any[] }
 *   | { kind: 'answer', number: number, value: any }
 * )} Message
 */

const VERSION = 1;
/** The maximum size of a message, in bytes. */
const MAX_BYTES = 1 << 20;

/** @param {Message} message */
const encode = (message) => Buffer.from(JSON.stringify({ v: VERSION, ...message }));

/**
 * @param {Buffer} bytes
 * @returns {Message | undefined} undefined if it is invalid
 */
function decode(bytes) {
  if (bytes.length > MAX_BYTES) return undefined;
  try {
    const message = JSON.parse(bytes.toString());
    return isMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** @type {(value: unknown) => value is string} */
const isName = (value) => typeof value === 'string' && value !== '';
const isCount = (/** @type {unknown} */ value) => Number.isSafeInteger(value) && Number(value) >= 0;
/** @type {(value: any) => boolean} */
const isObject = (value) => typeof value === 'object' && value !== null;

/** @type {(value: any) => value is Shared} */
const isShared = (value) =>
  isObject(value) &&
  isName(value.id) &&
  typeof value.live === 'boolean' &&
  (value.topics === undefined || (Array.isArray(value.topics) && value.topics.every(isName)));

/** @type {(value: any) => value is Change} */
const isChange = (value) => isObject(value) && (isName(value.gone) || isShared(value.set));

/** @type {Record<string, (message: any) => boolean>} */
const FORMS = {
  __proto__: /** @type {any} */ (null),
  hello: () => true,
  beat: ({ seq }) => isCount(seq),
  bye: () => true,
  state: ({ seq, part, last, clients }) =>
    isCount(seq) &&
    isCount(part) &&
    typeof last === 'boolean' &&
    Array.isArray(clients) &&
    clients.every(isShared),
  changes: ({ seq, changes }) => isCount(seq) && Array.isArray(changes) && changes.every(isChange),
  call: ({ name, args }) => isName(name) && Array.isArray(args),
  ask: ({ number, name, args }) => isCount(number) && isName(name) && Array.isArray(args),
  answer: ({ number }) => isCount(number),
};

/** @type {(value: any) => value is Message} */
const isMessage = (value) =>
  isObject(value) && value.v === VERSION && isName(value.from) && !!FORMS[value.kind]?.(value);

module.exports = { MAX_BYTES, decode, encode, isName };
