'use strict';

/** The digipair skill: the functions that pins call. */

/** @import { Broadcast, Context, Push } from '../../../digipair.js' */
/** @import { Names } from '../../core/option.js' */
/** @import { RegisterChannel, RegisterSession, Scope } from '../../../digipair.js' */

const { typeError } = require('../../core/error.js');
const option = require('../../core/option.js');
const { Channel } = require('./channel.js');
const { readDisconnected } = require('./disconnected.js');
const { broker, find, join, open } = require('./session.js');
const { text, topicOf } = require('./topic.js');

const SCOPE_NAMES = /** @type {const} */ ({ digipair: true, reasoning: true, start: true });
/** @type {Names<RegisterSession>} */
const SESSION_NAMES = { ...SCOPE_NAMES, id: true, disconnected: true };
/** @type {Names<RegisterChannel>} */
const CHANNEL_NAMES = { ...SESSION_NAMES, session: true };
/** @type {Names<Push & Broadcast>} */
const MESSAGE_NAMES = { ...SCOPE_NAMES, id: true, message: true, event: true };

/**
 * Reads the properties of a pin, and the `id` and topic of its session or channel.
 * @template {Scope & { id?: unknown }} Params
 * @param {'session' | 'channel'} kind
 * @param {Params} params
 * @param {Context} context
 * @param {Names<Params>} names of the properties
 */
function read(kind, params, context, names) {
  const given = option.object('params', params, names);
  const id = text('id', given.id, '');
  return { given, id, topic: topicOf(kind, id, given, context) };
}

/**
 * @param {RegisterSession} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function registerSession(params, _pins, context) {
  const { given, id, topic } = read('session', params, context, SESSION_NAMES);
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
  const { given, id, topic } = read('channel', params, context, CHANNEL_NAMES);
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
  const { given, topic } = read('session', params, context, MESSAGE_NAMES);
  if (given.id === undefined) throw option.invalid('push needs the `id` of a session');
  return broker().broadcastToTopic(topic, eventOf(given)) > 0;
}

/**
 * @param {Broadcast} params
 * @param {unknown} _pins
 * @param {Context} context
 */
async function broadcast(params, _pins, context) {
  const { given, topic } = read('channel', params, context, MESSAGE_NAMES);
  return broker().broadcastToTopic(topic, eventOf(given));
}

/** @param {{ message?: unknown, event?: string }} params */
function eventOf({ message, event = 'message' }) {
  if (message === undefined) {
    throw typeError('ERR_SSE_DATA', '`message` is missing: pass any JSON value');
  }
  // A message is always JSON, whereas an event's data may be any text.
  return { event, data: typeof message === 'string' ? JSON.stringify(message) : message };
}

module.exports = { registerSession, registerChannel, push, broadcast };
