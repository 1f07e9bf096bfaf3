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
const { debug } = require('../../core/diagnostics.js');
const { controlEvent, dataEvent } = require('./frames.js');

/** How much of the log is read at once, in bytes, unless one append is larger. */
const PAGE = 64 << 10;

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
  stream.readers.enter(connection);
  let hasJoined = false;
  const join = () => {
    stream.readers.join(connection);
    hasJoined = true;
  };
  connection
    .stream(catchUp(stream, start, stream.cursors.after(cursor), join))
    .then(({ complete }) => (complete && !hasJoined ? connection.end() : connection))
    .catch((error) => debug('streams: an event stream failed: %o', error));
  carrier.follow();
  const answer = carrier.toResponse();
  // The protocol has it without a charset.
  answer.headers.set('Content-Type', 'text/event-stream');
  return answer;
}

/**
 * Yields what a reader has not yet. Then the reader joins those that wait for more, unless there
 * will be nothing.
 * @param {Stream} stream
 * @param {number} start
 * @param {string} cursor
 * @param {() => void} join
 */
function* catchUp(stream, start, cursor, join) {
  const { log } = stream;
  let position = start;
  do {
    const { bytes, next } = log.read(position, PAGE);
    if (next > position) yield dataEvent(stream.kind, bytes);
    position = next;
    // What was read may have been followed by more, or by the end, while the client was slow.
    const isLast = position === log.tail && stream.isClosed;
    yield controlEvent(stream, position, cursor);
    if (isLast) return;
    const isLive = stream.state === 'live' && !stream.isClosed;
    if (isLive && position === log.tail) return join();
    // Its next bytes may be gone by now.
  } while (stream.state === 'live' && position >= log.floor);
}

/**
 * Sends an append to the event streams that have caught up.
 * @param {Stream} stream
 * @param {Buffer} bytes none if the stream was only closed
 */
function sendLive(stream, bytes) {
  const { kind, log, readers } = stream;
  if (!readers.areLive) return;
  if (bytes.length > 0) readers.send(dataEvent(kind, bytes));
  const control = controlEvent(stream, log.tail, String(stream.cursors.current()));
  if (stream.isClosed) readers.end(control);
  else readers.send(control);
}

module.exports = { openEventStream, sendLive };
