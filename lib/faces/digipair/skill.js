'use strict';

/** digipair's skill: the functions that its pins call. */

/** @import { Broadcast, Context, Push } from '../../../digipair.js' */
/** @import { RegisterChannel, RegisterSession, Scope } from '../../../digipair.js' */

const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { Channel } = require('./channel.js');
const { readDisconnected } = require('./disconnected.js');
const { broker, find, join, open } = require('./session.js');
const { text, topicOf } = require('./topic.js');

/**
 * The properties of a pin, with the `id` and the topic of the session or channel that it is about.
 * @template {Scope & { id?: unknown }} Params
 * @param {'session' | 'channel'} kind
 * @param {Params} params
 * @param {Context} context
 */
function read(kind, params, context) {
  const given = option.object('params', params);
  const id = text('id', given.id, '');
  return { given, id, topic: topicOf(kind, id, given, context) };
}

/**
 * @param {RegisterSession} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function registerSession(params, _pins, context) {
  const { given, id, topic } = read('session', params, context);
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
  const { given, id, topic } = read('channel', params, context);
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
  const { given, topic } = read('session', params, context);
  if (given.id === undefined) throw option.invalid('push needs the `id` of a session');
  return broker().broadcastToTopic(topic, eventOf(given)) > 0;
}

/**
 * @param {Broadcast} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function broadcast(params, _pins, context) {
  const { given, topic } = read('channel', params, context);
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
