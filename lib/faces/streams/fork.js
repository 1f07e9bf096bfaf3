'use strict';

/** Forks: streams that begin with the contents of another stream up to a point. */

/** @import { Lifetime } from './lifetime.js' */
/** @import { Store } from './store.js' */
/** @import { Stream } from './stream.js' */

/**
 * The fork point of a request. `sub` counts bytes, or JSON messages, after the offset.
 * @typedef {{ path: string, offset: number | undefined, sub: number }} ForkPoint
 */

const { mediaType } = require('./content-type.js');
const { firstMessages } = require('./json.js');
const { parseOffset } = require('./offset.js');
const { Refusal } = require('./refusal.js');

const WHOLE = /^(0|[1-9]\d{0,14})$/;

/**
 * The path of the stream that a request forks, or undefined.
 * @param {Headers} headers
 * @param {URL} url of the request
 */
function readSource(headers, url) {
  const path = headers.get('Stream-Forked-From');
  if (path === null) return undefined;
  const source = path.startsWith('/') && URL.canParse(path, url) ? new URL(path, url) : undefined;
  if (source?.origin === url.origin) return source.pathname;
  throw new Refusal(400, 'Stream-Forked-From must be the path of a stream');
}

/**
 * @param {Headers} headers
 * @param {string | undefined} path
 * @returns {ForkPoint | undefined}
 */
function readForkPoint(headers, path) {
  const offset = headers.get('Stream-Fork-Offset');
  const sub = headers.get('Stream-Fork-Sub-Offset');
  if (path === undefined) {
    if (offset === null && sub === null) return undefined;
    throw new Refusal(400, 'Stream-Fork-Offset and Stream-Fork-Sub-Offset need Stream-Forked-From');
  }
  const position = offset === null ? undefined : parseOffset(offset);
  if (offset !== null && position === undefined) {
    throw new Refusal(400, 'Stream-Fork-Offset must be an offset of the stream');
  }
  if (sub !== null && !WHOLE.test(sub)) {
    throw new Refusal(400, 'Stream-Fork-Sub-Offset must be a whole number');
  }
  return { path, offset: position, sub: Number(sub) };
}

/**
 * Finds the source, and the part that the fork gets of the append after the offset.
 * @param {Store} store
 * @param {ForkPoint} point
 * @param {{ contentType: string | undefined, lifetime: Lifetime }} wanted
 */
function resolveFork(store, { path, offset, sub }, { contentType, lifetime }) {
  const source = store.at(path);
  if (!source) throw new Refusal(404, 'There is no stream to fork');
  if (source.state !== 'live') throw new Refusal(409, 'The stream to fork was deleted');
  if (contentType && mediaType(contentType) !== mediaType(source.contentType)) {
    throw new Refusal(409, 'Content-Type is not that of the stream to fork');
  }
  const position = offset ?? source.log.tail;
  if (position < source.log.floor || !source.log.hasBoundary(position)) {
    throw new Refusal(400, 'Stream-Fork-Offset is not an offset of the stream');
  }
  const prefix = prefixOf(source, position, sub);
  const isOwn = lifetime.ttl !== undefined || lifetime.until !== undefined;
  const origin = { source, offset: position, sub };
  return { origin, prefix, lifetime: isOwn ? lifetime : source.lifetime };
}

/**
 * @param {Stream} source
 * @param {number} position
 * @param {number} sub
 */
function prefixOf({ kind, log }, position, sub) {
  const { bytes } = log.read(position, 1);
  const isLonger = kind !== 'json' && sub > bytes.length;
  const prefix = kind === 'json' ? firstMessages(bytes, sub) : bytes.subarray(0, sub);
  if (prefix && !isLonger) return prefix;
  throw new Refusal(400, 'Stream-Fork-Sub-Offset is beyond the end of the append at the offset');
}

module.exports = { readForkPoint, readSource, resolveFork };
