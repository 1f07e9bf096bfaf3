'use strict';

/**
 * `live=sse`: a connection that receives the log at the pace of its client, and then receives new
 * appends as a member of a channel.
 */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Outgoing } from '../../carrier/body-carrier.js' */
/** @import { Settings } from './options.js' */
/** @import { Stream } from './stream.js' */

const { BodyCarrier } = require('../../carrier/body-carrier.js');
const { Connection } = require('../../connection/connection.js');
const { readConnectionOptions } = require('../../connection/connection-options.js');
const { Link } = require('../../connection/link.js');
const { looksForOpener, openers } = require('../fetch/opener.js');
const { CatchUp } = require('./catch-up.js');
const { framesOf } = require('./frames.js');

/**
 * @param {Stream} stream
 * @param {number} start where the client begins to read
 * @param {string | null} cursor the client's cursor
 * @param {{ settings: Settings, environment: any }} context
 */
function openEventStream(stream, start, cursor, { settings, environment }) {
  /** @type {Record<string, string>} */
  const headers = {
    // The protocol requires the type without a charset.
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-store, no-transform',
    ...(stream.kind === 'binary' && { 'Stream-SSE-Data-Encoding': 'base64' }),
  };
  /** @type {import('../fetch/opener.js').Open} */
  const open = (carrier, headers) => {
    const head = { statusCode: 200, headers };
    const link = new Link(carrier, { ...readConnectionOptions(settings.connection), head });
    const connection = new Connection(link);
    link.begin();
    // The core would end the connection between the two frames of an append. The client would have
    // data without its offset, and would read it again.
    connection.once('timeout', () => connection.end());
    stream.readers.enter(connection);
    try {
      new CatchUp(stream, connection, start, stream.cursors.after(cursor)).begin();
    } catch (error) {
      connection.destroy();
      throw error;
    }
    return connection;
  };
  const openBody = (/** @type {Outgoing | undefined} */ outgoing) => {
    const carrier = new BodyCarrier(undefined, outgoing);
    open(carrier, headers);
    carrier.follow();
    return carrier;
  };
  if (!looksForOpener(environment)) return openBody(outgoingOf(environment)).toResponse();
  // The body is for middleware that creates another response from this one. Another connection
  // then writes to the client.
  const body = lazily(() => openBody(undefined).body);
  const answer = new Response(body, { headers });
  openers.set(answer, (carrier, headers) => {
    try {
      return open(carrier, headers);
    } catch (error) {
      throw withHeaders(error, headers);
    }
  });
  return answer;
}

/**
 * A stream that opens another one when it is first read.
 * @param {() => ReadableStream<Uint8Array>} open
 */
function lazily(open) {
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  /** @type {import('node:stream/web').UnderlyingDefaultSource<Uint8Array>} */
  const source = {
    async pull(controller) {
      reader ??= open().getReader();
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader?.cancel(reason),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

/**
 * Adds the headers of every response to the error of a limit, for pages of other origins.
 * @param {any} error
 * @param {OutgoingHttpHeaders} headers of the event stream
 */
function withHeaders(error, headers) {
  const all = Object.entries(headers);
  const common = all.filter(([name]) => /^(access-control|cross-origin|vary|x-content)/.test(name));
  if (error?.headers) error.headers = { ...Object.fromEntries(common), ...error.headers };
  return error;
}

/**
 * The Node response that the answer will be written to, if the server passes it.
 * @param {any} environment
 * @returns {Outgoing | undefined}
 */
function outgoingOf(environment) {
  const outgoing = environment?.outgoing;
  return typeof outgoing?.once === 'function' && outgoing.req ? outgoing : undefined;
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
