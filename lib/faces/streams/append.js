'use strict';

/** POST: appends to a stream, closes it, or both. */

/** @import { Claim } from './producers.js' */
/** @import { Settings } from './options.js' */
/** @import { Store } from './store.js' */
/** @import { Stream } from './stream.js' */

/**
 * @typedef {object} Write
 * @property {Buffer} bytes
 * @property {string | undefined} contentType
 * @property {boolean} closes
 * @property {string | undefined} seq
 * @property {Claim | undefined} claim
 */

const { readBody } = require('./body.js');
const { mediaType, readContentType } = require('./content-type.js');
const { sendLive } = require('./event-stream.js');
const { toMessages } = require('./json.js');
const { formatOffset } = require('./offset.js');
const { readClaim } = require('./producers.js');
const { Refusal } = require('./refusal.js');
const { notFound } = require('./store.js');

/** The longest `Stream-Seq`. */
const LONGEST_SEQ = 256;

/** @param {{ request: Request, path: string, settings: Settings, store: Store }} posting */
async function post({ request, path, settings, store }) {
  const { headers } = request;
  const stream = store.find(path);
  const claim = readClaim(headers);
  const seq = readSeq(headers);
  const closes = readClosed(headers);
  const bytes = await readBody(request, settings.maxBodyBytes, store.budget);
  // The path may have another stream by now.
  if (store.at(path) !== stream || stream.state !== 'live') throw notFound();
  if (bytes.length === 0 && !closes) throw new Refusal(400, 'The body is empty');
  const contentType = bytes.length > 0 ? readContentType(headers) : undefined;
  if (bytes.length > 0 && !contentType) throw new Refusal(400, 'Content-Type is missing');
  // From here on everything is synchronous, so writes have one order.
  return write(stream, store, { bytes, contentType, closes, seq, claim });
}

/** @param {Headers} headers */
const readClosed = (headers) => headers.get('Stream-Closed')?.toLowerCase() === 'true';

/** @param {Headers} headers */
function readSeq(headers) {
  const seq = headers.get('Stream-Seq') ?? undefined;
  if (seq === undefined || seq.length <= LONGEST_SEQ) return seq;
  throw new Refusal(400, `Stream-Seq must have at most ${LONGEST_SEQ} characters`);
}

/**
 * @param {Stream} stream
 * @param {Store} store
 * @param {Write} wanted
 */
function write(stream, store, { bytes, contentType, closes, seq, claim }) {
  if (stream.isClosed) return afterEnd(stream, bytes, closes, claim);
  if (contentType && mediaType(contentType) !== mediaType(stream.contentType)) {
    throw new Refusal(409, 'Content-Type is not that of the stream');
  }
  const last = claim && stream.producers.check(claim);
  if (last !== undefined) {
    stream.touch();
    return done(204, stream, claim, last);
  }
  // Headers are bytes, so strings compare in byte order.
  if (seq !== undefined && stream.seq !== undefined && seq <= stream.seq) {
    throw new Refusal(409, 'Stream-Seq must be greater than the last one');
  }
  const contents = toContents(stream, bytes);
  const keep = () => store.append(stream, contents);
  if (claim) stream.producers.commit(claim, keep);
  else keep();
  if (seq !== undefined) stream.seq = seq;
  stream.isClosed = closes;
  stream.closedBy = closes ? claim : undefined;
  stream.touch();
  stream.readers.wake();
  sendLive(stream, contents);
  return done(claim && bytes.length > 0 ? 200 : 204, stream, claim, claim?.seq);
}

/**
 * @param {Stream} stream
 * @param {Buffer} bytes
 */
function toContents({ kind }, bytes) {
  if (kind !== 'json' || bytes.length === 0) return bytes;
  const messages = toMessages(bytes);
  if (messages.length > 0) return messages;
  throw new Refusal(400, 'An empty array has nothing to append');
}

/**
 * A write to a closed stream succeeds only if it repeats the write that closed the stream, or only
 * closes the stream again.
 * @param {Stream} stream
 * @param {Buffer} bytes
 * @param {boolean} closes
 * @param {Claim | undefined} claim
 */
function afterEnd(stream, bytes, closes, claim) {
  const { closedBy } = stream;
  const isAgain = claim
    ? closedBy?.id === claim.id && closedBy.epoch === claim.epoch && closedBy.seq === claim.seq
    : closes && bytes.length === 0;
  if (isAgain) return done(204, stream, claim, claim?.seq);
  throw new Refusal(409, 'The stream is closed', {
    'Stream-Closed': 'true',
    'Stream-Next-Offset': formatOffset(stream.log.tail),
  });
}

/**
 * @param {200 | 204} status
 * @param {Stream} stream
 * @param {Claim | undefined} claim
 * @param {number | undefined} seq the greatest number that was kept
 */
function done(status, { log, isClosed }, claim, seq) {
  const headers = new Headers({ 'Stream-Next-Offset': formatOffset(log.tail) });
  if (isClosed) headers.set('Stream-Closed', 'true');
  if (claim) {
    headers.set('Producer-Epoch', String(claim.epoch));
    headers.set('Producer-Seq', String(seq));
  }
  return new Response(null, { status, headers });
}

module.exports = { post, readClosed };
