'use strict';

/** digipair's skill: the functions that its pins call. */

/** @import { Broadcast, Context, Push } from '../../../digipair.js' */
/** @import { RegisterChannel, RegisterSession } from '../../../digipair.js' */

const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { Channel } = require('./channel.js');
const { readDisconnected } = require('./disconnected.js');
const { broker, find, join, open } = require('./session.js');
const { text, topicOf } = require('./topic.js');

/**
 * @param {RegisterSession} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function registerSession(params, _pins, context) {
  const given = option.object('params', params);
  const id = text('id', given.id, '');
  const topic = topicOf('session', id, given, context);
  const disconnected = readDisconnected(given.disconnected, context);
  const session = open(context, id);
  join(session, id === '' ? undefined : topic, disconnected);
  return session;
}

/**
 * @param {RegisterChannel} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function registerChannel(params, _pins, context) {
  const given = option.object('params', params);
  const id = text('id', given.id, '');
  const topic = topicOf('channel', id, given, context);
  const disconnected = readDisconnected(given.disconnected, context);
  for (const session of find(given, context)) join(session, topic, disconnected);
  return new Channel(id, topic);
}

/**
 * @param {Push} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function push(params, _pins, context) {
  const given = option.object('params', params);
  const id = text('id', given.id, undefined);
  if (id === undefined) {
    throw option.invalid('push needs the `id` of a session');
  }
  return broker().broadcastToTopic(topicOf('session', id, given, context), eventOf(given)) > 0;
}

/**
 * @param {Broadcast} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function broadcast(params, _pins, context) {
  const given = option.object('params', params);
  const topic = topicOf('channel', text('id', given.id, ''), given, context);
  return broker().broadcastToTopic(topic, eventOf(given));
}

/** @param {{ message?: unknown, event?: string }} params */
function eventOf({ message, event = 'message' }) {
  if (message === undefined) {
    throw typeError('ERR_SSE_DATA', '`message` must be there: any JSON value');
  }
  // A message is always JSON, whereas an event's data may be any text.
  return { event, data: typeof message === 'string' ? JSON.stringify(message) : message };
}

module.exports = { registerSession, registerChannel, push, broadcast };
