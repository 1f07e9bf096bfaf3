'use strict';

/** GET and HEAD: reads, long-polls and event streams. */

/** @import { Settings } from './options.js' */
/** @import { Store } from './store.js' */
/** @import { Stream } from './stream.js' */

/**
 * @typedef {object} Reading
 * @property {Request} request
 * @property {string} path
 * @property {URLSearchParams} query
 * @property {Settings} settings
 * @property {Store} store
 * @property {unknown} environment of the server
 */

const { openEventStream } = require('./event-stream.js');
const { toArray } = require('./json.js');
const { formatOffset, parseOffset } = require('./offset.js');
const { Refusal, stopped } = require('./refusal.js');
const { notFound } = require('./store.js');

const CACHE_CONTROL = {
  private: 'private, max-age=60, stale-while-revalidate=300',
  public: 'public, max-age=60, stale-while-revalidate=300',
  none: 'no-store',
};

/** @param {Reading} reading */
function head({ store, path }) {
  const stream = store.find(path);
  const { ttl, expiresAt } = stream.lifetime;
  const headers = new Headers({
    'Content-Type': stream.contentType,
    'Stream-Next-Offset': formatOffset(stream.log.tail),
    'Cache-Control': 'no-store',
    ETag: etagOf(stream, '-1', stream.log.tail),
  });
  if (stream.isClosed) headers.set('Stream-Closed', 'true');
  if (ttl !== undefined) headers.set('Stream-TTL', String(ttl));
  if (expiresAt !== undefined) headers.set('Stream-Expires-At', expiresAt);
  return new Response(null, { status: 200, headers });
}

/** @param {Reading} reading */
async function get(reading) {
  const { query, settings, store, path } = reading;
  const stream = store.find(path);
  const live = query.get('live');
  const offset = readOffset(query);
  if (live !== null && live !== 'sse' && live !== 'long-poll') {
    throw new Refusal(400, 'live must be long-poll or sse');
  }
  if (live !== null && offset === undefined) throw new Refusal(400, 'live needs an offset');
  const start = resolve(stream, offset);
  stream.touch();
  const cursor = query.get('cursor');
  if (live === 'sse') return openEventStream(stream, start, cursor, reading);
  if (live === null && offset === 'now') return tailOf(stream);
  if (live === 'long-poll' && start === stream.log.tail) {
    if (!stream.isClosed) await waitForMore(stream, reading);
    if (start === stream.log.tail) return nothingNew(stream, cursor);
    // The data that it waited for may already have been dropped.
    resolve(stream, formatOffset(start));
  }
  const next = live === 'long-poll' ? stream.cursors.after(cursor) : undefined;
  return answer(stream, start, offset ?? '-1', next, reading.request, settings);
}

/** @param {URLSearchParams} query */
function readOffset(query) {
  const [offset, ...others] = query.getAll('offset');
  if (others.length > 0) throw new Refusal(400, 'offset must be given only once');
  return offset;
}

/**
 * The position of an offset that a client sent.
 * @param {Stream} stream
 * @param {string | undefined} offset
 */
function resolve({ log }, offset = '-1') {
  // The oldest position that is kept, if older data was dropped.
  if (offset === '-1') return log.floor;
  if (offset === 'now') return log.tail;
  const position = parseOffset(offset);
  if (position !== undefined && position < log.floor) {
    throw new Refusal(410, 'The data at that offset was dropped');
  }
  if (position === undefined || !log.hasBoundary(position)) {
    throw new Refusal(400, 'The offset does not belong to this stream');
  }
  return position;
}

/**
 * @param {Stream} stream
 * @param {Reading} reading
 */
async function waitForMore(stream, { request }) {
  const outcome = await stream.readers.wait(request.signal);
  if (outcome === 'over') throw stopped();
  if (stream.state !== 'live') throw notFound();
}

/**
 * The answer to a long-poll at the tail.
 * @param {Stream} stream
 * @param {string | null} cursor
 */
function nothingNew(stream, cursor) {
  const headers = tailHeaders(stream);
  if (!stream.isClosed) headers.set('Stream-Cursor', stream.cursors.after(cursor));
  return new Response(null, { status: 204, headers });
}

/** @param {Stream} stream */
function tailOf(stream) {
  const headers = tailHeaders(stream);
  headers.set('Content-Type', stream.contentType);
  return new Response(stream.kind === 'json' ? '[]' : '', { status: 200, headers });
}

/** @param {Stream} stream */
function tailHeaders({ log, isClosed }) {
  const headers = new Headers({
    'Stream-Next-Offset': formatOffset(log.tail),
    'Stream-Up-To-Date': 'true',
    'Cache-Control': 'no-store',
  });
  if (isClosed) headers.set('Stream-Closed', 'true');
  return headers;
}

/**
 * @param {Stream} stream
 * @param {number} start
 * @param {string} offset the offset that the client sent
 * @param {string | undefined} cursor
 * @param {Request} request
 * @param {Settings} settings
 */
function answer(stream, start, offset, cursor, request, { caching, maxReadBytes }) {
  const { bytes, next } = stream.log.read(start, maxReadBytes);
  const etag = etagOf(stream, offset, next);
  // A response without data will soon be stale, so caches must revalidate it.
  const isFresh = next > start || caching === 'none';
  const caches = { ETag: etag, 'Cache-Control': isFresh ? CACHE_CONTROL[caching] : 'no-cache' };
  if (matches(request.headers.get('If-None-Match'), etag)) {
    return new Response(null, { status: 304, headers: caches });
  }
  const headers = new Headers({
    ...caches,
    'Content-Type': stream.contentType,
    'Stream-Next-Offset': formatOffset(next),
  });
  const upToDate = next === stream.log.tail;
  if (cursor !== undefined) headers.set('Stream-Cursor', cursor);
  if (upToDate) headers.set('Stream-Up-To-Date', 'true');
  if (upToDate && stream.isClosed) headers.set('Stream-Closed', 'true');
  return new Response(stream.kind === 'json' ? toArray(bytes) : bytes, { status: 200, headers });
}

/**
 * The ETag changes when the stream is closed, or is deleted and created again.
 * @param {Stream} stream
 * @param {string} offset
 * @param {number} next
 */
function etagOf({ tag, log, isClosed }, offset, next) {
  const atTail = isClosed ? ':c' : '';
  return `"${tag}:${offset}:${formatOffset(next)}${next === log.tail ? atTail : ':p'}"`;
}

/**
 * @param {string | null} header
 * @param {string} etag
 */
function matches(header, etag) {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

module.exports = { get, head };
