'use strict';

const { fromCore, rangeError, typeError } = require('./error.js');

function text(name, value) {
  if (value === undefined || typeof value === 'string') return value;
  throw typeError(
    'ERR_SSE_TYPE',
    `\`${name}\` must be a string, but it is ${value === null ? 'null' : `a ${typeof value}`}: convert it with String()`,
  );
}

function serialise(data) {
  if (data === undefined || typeof data === 'string') return data;
  let json;
  try {
    json = JSON.stringify(data);
  } catch (cause) {
    throw typeError('ERR_SSE_DATA', `\`data\` cannot be serialised as JSON: ${cause.message}`);
  }
  if (json === undefined) {
    throw typeError('ERR_SSE_DATA', `\`data\` must be a string or a JSON value, not a ${typeof data}`);
  }
  return json;
}

/** Sends an event to a connection's or a channel's handle. The rules of the fields' contents are the core's. */
function send(handle, event) {
  if (typeof event !== 'object' || event === null) {
    throw typeError(
      'ERR_SSE_TYPE',
      'an event must be an object with `id`, `event`, `data`, `retry` or `comment`',
    );
  }
  const { retry } = event;
  if (retry !== undefined && typeof retry !== 'number') {
    throw rangeError(
      'ERR_SSE_RETRY',
      '`retry` must be a whole number of milliseconds from 0 to 4294967295',
    );
  }
  const id = text('id', event.id);
  const name = text('event', event.event);
  const comment = text('comment', event.comment);
  const data = serialise(event.data);
  try {
    handle.send(id, name, data, retry, comment);
  } catch (error) {
    throw fromCore(error);
  }
}

/** Sends text that is in the wire format already. */
function write(handle, frameText) {
  if (typeof frameText !== 'string') {
    throw typeError('ERR_SSE_TYPE', `write() takes a string, not a ${typeof frameText}: use send()`);
  }
  try {
    handle.write(frameText);
  } catch (error) {
    throw fromCore(error);
  }
}

module.exports = { send, write };
