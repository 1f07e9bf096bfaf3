'use strict';

/** PUT: creates a stream, or a fork of one. */

/** @import { Settings } from './options.js' */
/** @import { Store } from './store.js' */
/** @import { Origin } from './stream.js' */

/**
 * @typedef {object} Putting
 * @property {Request} request
 * @property {string} path
 * @property {URL} url
 * @property {Settings} settings
 * @property {Store} store
 * @property {string | undefined} source the path of the stream to fork
 */

const { readClosed } = require('./append.js');
const { readBody } = require('./body.js');
const { DEFAULT, kindOf, mediaType, readContentType } = require('./content-type.js');
const { readForkPoint, resolveFork } = require('./fork.js');
const { toMessages } = require('./json.js');
const { isSameLifetime, readLifetime } = require('./lifetime.js');
const { formatOffset } = require('./offset.js');
const { Refusal } = require('./refusal.js');

/** @param {Putting} putting */
async function put({ request, path, url, settings, store, source }) {
  const { headers } = request;
  const wanted = {
    contentType: readContentType(headers),
    lifetime: readLifetime(headers),
    closes: readClosed(headers),
    point: readForkPoint(headers, source),
  };
  const bytes = await readBody(request, settings.maxBodyBytes, store.budget);
  const found = store.at(path);
  if (found?.state === 'deleted') {
    throw new Refusal(
      409,
      'The stream was deleted, but has forks: its path is taken until they end',
    );
  }
  if (found) {
    if (isSame(found, wanted)) return done(200, found);
    throw new Refusal(409, 'The stream exists with another configuration');
  }
  const fork = wanted.point && resolveFork(store, wanted.point, wanted);
  const contentType = wanted.contentType ?? fork?.origin.source.contentType ?? DEFAULT;
  const lifetime = fork?.lifetime ?? wanted.lifetime;
  const isJSON = kindOf(contentType) === 'json';
  const own = isJSON && bytes.length > 0 ? toMessages(bytes) : bytes;
  const contents = [fork?.prefix ?? Buffer.alloc(0), own];
  const stream = store.create({ path, contentType, lifetime, origin: fork?.origin }, contents);
  stream.isClosed = wanted.closes;
  const answer = done(201, stream);
  answer.headers.set('Location', url.origin + path);
  return answer;
}

/**
 * Whether a stream has the configuration that a request asks for.
 * @param {import('./stream.js').Stream} stream
 * @param {object} wanted
 * @param {string | undefined} wanted.contentType
 * @param {import('./lifetime.js').Lifetime} wanted.lifetime
 * @param {boolean} wanted.closes
 * @param {import('./fork.js').ForkPoint | undefined} wanted.point
 */
function isSame(stream, { contentType, lifetime, closes, point }) {
  const { origin } = stream;
  // A fork inherits from its source any property that the request omits.
  const type = contentType ?? (point ? stream.contentType : DEFAULT);
  const leavesOut = lifetime.ttl === undefined && lifetime.until === undefined;
  return (
    mediaType(type) === mediaType(stream.contentType) &&
    closes === stream.isClosed &&
    ((point && leavesOut) || isSameLifetime(lifetime, stream.lifetime)) &&
    isSameOrigin(origin, point)
  );
}

/**
 * @param {Origin | undefined} origin
 * @param {import('./fork.js').ForkPoint | undefined} point
 */
function isSameOrigin(origin, point) {
  if (!origin || !point) return !origin && !point;
  const isSameOffset = point.offset === undefined || point.offset === origin.offset;
  return origin.source.path === point.path && isSameOffset && origin.sub === point.sub;
}

/**
 * @param {200 | 201} status
 * @param {import('./stream.js').Stream} stream
 */
function done(status, { contentType, log, isClosed }) {
  const headers = new Headers({
    'Content-Type': contentType,
    'Stream-Next-Offset': formatOffset(log.tail),
  });
  if (isClosed) headers.set('Stream-Closed', 'true');
  return new Response(null, { status, headers });
}

module.exports = { put };
