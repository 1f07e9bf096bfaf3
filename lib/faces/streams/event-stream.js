'use strict';

/**
 * `live=sse`: a connection that gets what the log has, at the pace of its client, and then what is
 * appended, as a member of a channel.
 */

/** @import { Outgoing } from '../../carrier/body-carrier.js' */
/** @import { Settings } from './options.js' */
/** @import { Stream } from './stream.js' */

const { BodyCarrier } = require('../../carrier/body-carrier.js');
const { openLink } = require('../../connection/connection.js');
const { CatchUp } = require('./catch-up.js');
const { framesOf } = require('./frames.js');

/**
 * @param {Stream} stream
 * @param {number} start where the client begins to read
 * @param {string | null} cursor that of the client
 * @param {{ settings: Settings, outgoing: Outgoing | undefined }} context
 */
function openEventStream(stream, start, cursor, { settings, outgoing }) {
  const headers = {
    'Cache-Control': 'no-cache, no-store, no-transform',
    ...(stream.kind === 'binary' && { 'Stream-SSE-Data-Encoding': 'base64' }),
  };
  const carrier = new BodyCarrier(undefined, outgoing);
  const { link, connection } = openLink(carrier, { ...settings.connection, headers });
  link.begin();
  // The core would end it between the two frames of an append. Clients take data without an offset
  // for new, and then read it again.
  connection.once('timeout', () => connection.end());
  stream.readers.enter(connection);
  try {
    new CatchUp(stream, connection, start, stream.cursors.after(cursor)).begin();
  } catch (error) {
    connection.destroy();
    throw error;
  }
  carrier.follow();
  const answer = carrier.toResponse();
  // The protocol has it without a charset.
  answer.headers.set('Content-Type', 'text/event-stream');
  return answer;
}

/**
 * Sends an append to the event streams that have caught up.
 * @param {Stream} stream
 * @param {Buffer} bytes none if the stream was only closed
 */
function sendLive(stream, bytes) {
  const { cursors, isClosed, log, readers } = stream;
  if (!readers.areLive) return;
  readers.write(framesOf(stream, bytes, log.tail, String(cursors.current())));
  if (isClosed) readers.end();
}

module.exports = { openEventStream, sendLive };
