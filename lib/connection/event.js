'use strict';

/** Checks events and passes them to the core, which encodes them. */

/** @import { ChannelHandle, ConnectionHandle, TopicsHandle } from '../../binding.js' */
/** @import { ServerSentEvent } from '../../index.js' */
/** @import { Names } from '../core/option.js' */

/** @typedef {string | undefined} Text */
/**
 * @typedef {[id: Text, name: Text, data: Text, retry: number | undefined, comment: Text]} Fields
 */

const { callCore, fromCore, rangeError, typeError } = require('../core/error.js');
const { kind, wrongArgument } = require('../core/option.js');
const { suggestion, unknownName } = require('../core/known-names.js');
const { senders } = require('../core/hub.js');
const { holdProcess, releaseProcess } = require('../core/process.js');
const { ask, forget } = require('../core/requests.js');
const { serialise } = require('./event-data.js');

/** @type {Names<ServerSentEvent>} */
const FIELDS = { id: true, event: true, data: true, retry: true, comment: true };

/** The maximum length of a key, in UTF-16 code units. */
const MAX_KEY = 1024;

/** @type {(name: string, value: unknown) => TypeError} */
const notText = (name, value) =>
  typeError(
    'ERR_SSE_TYPE',
    `\`${name}\` must be a string, but it is ${kind(value)}: convert it with String()`,
  );

/**
 * Whether the client receives data. Browsers ignore events without data, so an event that has only
 * a name gets an empty string.
 * @param {ServerSentEvent} event
 */
const hasData = ({ event, data }) => data !== undefined || event !== undefined;

/** @type {(event: unknown) => asserts event is ServerSentEvent} */
function assertEvent(event) {
  if (typeof event === 'object' && event !== null && !Array.isArray(event)) return;
  const expected = 'an event must be an object with `id`, `event`, `data`, `retry` or `comment`';
  const fix = typeof event === 'string' ? `: ${objectForm(event)}` : '';
  throw typeError('ERR_SSE_TYPE', `${expected}, but it is ${kind(event)}${fix}`);
}

/** @param {string} text passed instead of an event: its name or its data */
function objectForm(text) {
  const quoted = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return `pass { event: ${quoted}, data }, or { data: ${quoted} }`;
}

/**
 * Throws if an event has an unknown field. Undefined fields are ignored.
 * @param {object} event
 */
function assertFields(event) {
  const name = unknownName(event, FIELDS);
  if (name === undefined) return;
  const fix = suggestion(name, FIELDS);
  throw typeError('ERR_SSE_FIELD', `an event has no field \`${name}\`: ${fix}`);
}

/**
 * Returns the fields of an event in the core's order. The core validates their content.
 * @param {ServerSentEvent} event
 * @returns {Fields}
 */
function fields(event) {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) assertEvent(event);
  const { id, event: name, data, retry, comment } = event;
  return [id, name, dataOf(event, id, name, data, retry, comment), retry, comment];
}

/**
 * Checks the fields of an event and returns its data as text. This runs for each event. When events
 * are rare its code is cold, so it calls few functions.
 * @param {ServerSentEvent} event
 * @param {unknown} id
 * @param {unknown} name
 * @param {unknown} data
 * @param {unknown} retry
 * @param {unknown} comment
 */
function dataOf(event, id, name, data, retry, comment) {
  // Counting names is cheaper than looking them up.
  let others = 0;
  for (const _ in event) others += 1;
  if (id !== undefined) others -= 1;
  if (name !== undefined) others -= 1;
  if (data !== undefined) others -= 1;
  if (retry !== undefined) others -= 1;
  if (comment !== undefined) others -= 1;
  if (others > 0) assertFields(event);
  if (retry !== undefined && typeof retry !== 'number') {
    throw rangeError(
      'ERR_SSE_RETRY',
      '`retry` must be a whole number of milliseconds from 0 to 4294967295',
    );
  }
  if (name !== undefined && typeof name !== 'string') throw notText('event', name);
  const json = serialise(data) ?? (name === undefined ? undefined : '');
  if (id !== undefined && typeof id !== 'string') throw notText('id', id);
  if (comment !== undefined && typeof comment !== 'string') throw notText('comment', comment);
  return json;
}

/**
 * Sends an event through a function of the core. Returns how many connections receive it.
 * @template Receiver
 * @param {(receiver: Receiver, ...fields: Partial<Fields>) => number | Error} sender
 * @param {Receiver} receiver
 * @param {ServerSentEvent} event
 */
function send(sender, receiver, event) {
  // As in `fields()`, without an array.
  if (typeof event !== 'object' || event === null || Array.isArray(event)) assertEvent(event);
  const { id, event: name, data, retry, comment } = event;
  const json = dataOf(event, id, name, data, retry, comment);
  const sent =
    retry === undefined && comment === undefined
      ? sender(receiver, id, name, json)
      : sender(receiver, id, name, json, retry, comment);
  if (typeof sent !== 'number') throw fromCore(sent);
  return sent;
}

/**
 * @param {number} connection its number in the core
 * @param {ServerSentEvent} event
 */
const sendToConnection = (connection, event) => send(senders.toConnection, connection, event);

/**
 * @param {number} channel the core's number of a channel without a backplane
 * @param {ServerSentEvent} event
 */
const sendToChannel = (channel, event) => send(senders.toChannel, channel, event);

/**
 * Passes an event to the backplane of a channel, without waiting.
 * @param {ChannelHandle} handle
 * @param {ServerSentEvent} event
 */
function sendShared(handle, event) {
  const [id, name, data, retry, comment] = fields(event);
  callCore(() => handle.send(id, name, data, retry, comment));
}

/**
 * Sends an event that sets or removes the value of its key. An event without data sets no value.
 * @param {ChannelHandle} handle
 * @param {ServerSentEvent} event
 * @param {(event: any) => string} keyOf
 * @param {boolean} removes
 */
function sendValue(handle, event, keyOf, removes) {
  const [id, name, data, retry, comment] = fields(event);
  const key = keyFor(event, keyOf, removes);
  callCore(() => {
    if (key === undefined) handle.send(id, name, data, retry, comment);
    else if (removes) handle.removeValue(key, id, name, data, retry, comment);
    else handle.setValue(key, id, name, data, retry, comment);
  });
}

/**
 * Passes an event to the backplane of a channel. Resolves with its id once the backplane keeps it.
 * @param {ChannelHandle} handle
 * @param {ServerSentEvent} event
 * @param {((event: any) => string) | undefined} keyOf
 * @param {boolean} removes
 */
function publishShared(handle, event, keyOf, removes) {
  const [id, name, data, retry, comment] = fields(event);
  const key = keyOf && keyFor(event, keyOf, removes);
  return kept(event, (request) => {
    handle.publish(request, key, removes, { id, name, data, retry, comment });
  });
}

/**
 * Sends the last event of a channel.
 * @param {ChannelHandle} handle
 * @param {ServerSentEvent} event
 */
function end(handle, event) {
  const [id, name, data, retry, comment] = fields(event);
  callCore(() => handle.end({ id, name, data, retry, comment }));
}

/**
 * Passes the last event of a channel to its backplane, like `publishShared()`.
 * @param {ChannelHandle} handle
 * @param {ServerSentEvent} event
 */
function endShared(handle, event) {
  const [id, name, data, retry, comment] = fields(event);
  return kept(event, (request) => handle.end({ id, name, data, retry, comment }, request));
}

/**
 * Passes an event for a topic to the backplane of a broker, like `publishShared()`.
 * @param {TopicsHandle} handle
 * @param {string} topic
 * @param {ServerSentEvent} event
 */
function publishSharedTopic(handle, topic, event) {
  const [id, name, data, retry, comment] = fields(event);
  return kept(event, (request) => {
    handle.publishShared(request, topic, { id, name, data, retry, comment });
  });
}

/**
 * Resolves with the event's id once it is kept. Throws synchronously if `publish` throws.
 * @param {ServerSentEvent} event
 * @param {(request: number) => void} publish
 * @returns {Promise<{ id: string | undefined }>}
 */
function kept(event, publish) {
  const { id } = event;
  /** @type {(value: { id: string | undefined }) => void} */
  let resolve;
  /** @type {(error: Error) => void} */
  let reject;
  /** @type {Promise<{ id: string | undefined }>} */
  const outcome = new Promise((...settle) => {
    [resolve, reject] = settle;
  });
  // A script that awaits the outcome must not exit meanwhile.
  holdProcess(outcome);
  const request = ask(({ id: minted, error }) => {
    releaseProcess(outcome);
    if (error) reject(fromCore(error));
    else resolve({ id: id ?? (hasData(event) ? minted : undefined) });
  });
  try {
    publish(request);
  } catch (error) {
    forget(request);
    releaseProcess(outcome);
    throw fromCore(error);
  }
  return outcome;
}

/**
 * Returns the key of an event, if it has data.
 * @param {ServerSentEvent} event
 * @param {(event: any) => string} keyOf
 * @param {boolean} removes
 */
function keyFor(event, keyOf, removes) {
  if (event.data !== undefined) return checkKey(keyOf(event));
  if (!removes) return undefined;
  throw typeError(
    'ERR_SSE_KEY',
    'an event that removes a value needs `data`, because browsers ignore events without it',
  );
}

/** @param {unknown} key */
function checkKey(key) {
  if (typeof key === 'string' && key !== '' && key.length <= MAX_KEY) return key;
  const found = typeof key === 'string' ? `one of ${key.length}` : kind(key);
  throw typeError(
    'ERR_SSE_KEY',
    `\`key\` must return a string of 1 to ${MAX_KEY} characters, but it returned ${found}`,
  );
}

/**
 * Sends text that is already in the wire format.
 * @param {ConnectionHandle | ChannelHandle} handle
 * @param {string} frameText
 */
function write(handle, frameText) {
  if (typeof frameText !== 'string') throw wrongArgument('write()', 'a string', frameText);
  callCore(() => handle.write(frameText));
}

module.exports = {
  assertEvent,
  end,
  endShared,
  fields,
  hasData,
  publishShared,
  publishSharedTopic,
  send,
  sendShared,
  sendToChannel,
  sendToConnection,
  sendValue,
  write,
};
