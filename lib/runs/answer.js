'use strict';

/** Answers a reader on a Node response, or with a Fetch `Response`. */

/** @import { Request, Response as NodeResponse } from '../carrier/carrier.js' */
/** @import { Carrier } from '../carrier/carrier.js' */
/** @import { Refusal, Reply } from './reply.js' */
/** @import { Settings } from './runs-options.js' */

const { openLink } = require('../connection/connection.js');
const { idOf } = require('./cursor.js');

const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };

/**
 * Opens a connection that gets the events of a run, and returns it.
 * @param {Settings} settings
 * @param {Carrier} carrier
 * @param {Reply} reply
 */
function open({ connection: given, format }, carrier, { run, first, after }) {
  carrier.cursor = after === undefined ? undefined : idOf(run.record.key, after);
  const bytes = first.reduce((sum, event) => sum + largest(event), 0);
  const { maxQueueBytes = 1 << 20 } = given;
  const { link, connection } = openLink(carrier, {
    ...given,
    headers: { ...format.headers(run.status), ...given.headers },
    // Like a replay by the core, the first events do not count against the limit.
    maxQueueBytes: maxQueueBytes + bytes,
  });
  link.begin();
  try {
    for (const event of first) connection.send(event);
    run.channel.add(connection);
  } catch (error) {
    // The head has been sent, so the client would wait forever.
    connection.destroy();
    throw error;
  }
  return connection;
}

/**
 * The maximum size of an event in bytes: three for each code unit, or a prefix for each line.
 * @param {Reply['first'][number]} event
 */
const largest = ({ data, event = '' }) => 7 * data.length + 3 * event.length + 64;

/**
 * @param {Request} req
 * @param {NodeResponse} res
 * @param {Refusal} refusal
 */
function refuse(req, res, { status, message }) {
  if (res.headersSent || res.destroyed) return undefined;
  res.writeHead(status, status === 204 ? { 'Cache-Control': 'no-store' } : PLAIN);
  res.end(status === 204 || req.method === 'HEAD' ? undefined : message);
  return undefined;
}

/**
 * Returns a refusal as a `Response`.
 * @param {Refusal} refusal
 */
function refusalOf({ status, message }) {
  if (status === 204)
    return new Response(null, { status, headers: { 'Cache-Control': 'no-store' } });
  return new Response(message, { status, headers: PLAIN });
}

module.exports = { open, refusalOf, refuse };
