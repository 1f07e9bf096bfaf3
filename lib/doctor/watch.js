'use strict';

/** Opens a stream as a browser does, and records it for a given time. */

/** @import { IncomingMessage } from 'node:http' */
/** @import { Recording } from './recording.js' */

const http = require('node:http');
const https = require('node:https');
const { PassThrough, pipeline } = require('node:stream');
const tls = require('node:tls');
const zlib = require('node:zlib');
const { Recorder } = require('./recording.js');

const MAX_REDIRECTS = 20;
/** The headers that a browser sends. */
const HEADERS = {
  accept: 'text/event-stream',
  'accept-encoding': 'gzip, deflate, br',
  'cache-control': 'no-cache',
};
/** Decoders pass on bytes as soon as they arrive. */
const FLUSH = { flush: zlib.constants.Z_SYNC_FLUSH, finishFlush: zlib.constants.Z_SYNC_FLUSH };
/** @type {Record<string, () => import('node:stream').Duplex>} */
const DECODERS = {
  gzip: () => zlib.createGunzip(FLUSH),
  deflate: () => zlib.createInflate(FLUSH),
  br: () =>
    zlib.createBrotliDecompress({
      flush: zlib.constants.BROTLI_OPERATION_FLUSH,
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
    }),
};

/**
 * @param {string} url
 * @param {{ wait: number, headers?: Record<string, string> }} options
 * @returns {Promise<Recording>}
 */
async function watch(url, { wait, headers }) {
  const { createParser } = await import('../../client/connection/parser.js');
  /** @type {Recording} */
  const recording = {
    ...{ url, redirects: [], headers: {}, arrivals: [], blocks: [], watched: 0, end: 'open' },
  };
  const begun = performance.now();
  const since = () => performance.now() - begun;
  const signal = AbortSignal.timeout(wait);
  try {
    const response = await open(recording, { ...HEADERS, ...headers }, signal);
    recording.status = response.statusCode;
    recording.headers = response.headers;
    const recorder = new Recorder(recording, createParser);
    const decode = DECODERS[response.headers['content-encoding'] ?? ''];
    const body = pipeline(response, decode?.() ?? new PassThrough(), () => {});
    for await (const bytes of body) recorder.take(bytes, since());
    recording.end = response.complete ? 'ended' : 'cut';
  } catch (error) {
    if (!signal.aborted) {
      recording.error = /** @type {NodeJS.ErrnoException} */ (error);
      if (recording.status !== undefined) recording.end = 'cut';
    }
  }
  recording.watched = since();
  recording.protocol = await protocolOf(recording.url);
  return recording;
}

/**
 * Follows redirects, as `EventSource` does.
 * @param {Recording} recording
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 */
async function open(recording, headers, signal) {
  for (;;) {
    const response = await ask(recording.url, headers, signal);
    const { location } = response.headers;
    const redirects = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0);
    if (!redirects || !location || recording.redirects.length === MAX_REDIRECTS) return response;
    response.destroy();
    recording.redirects.push(recording.url);
    recording.url = new URL(location, recording.url).href;
  }
}

/**
 * @param {string} url
 * @param {Record<string, string>} headers
 * @param {AbortSignal} signal
 * @returns {Promise<IncomingMessage>}
 */
function ask(url, headers, signal) {
  const { request } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { headers, signal, agent: false }, resolve).on('error', reject).end();
  });
}

/**
 * The protocol that a browser and the server would agree on.
 * @param {string} url
 * @returns {Promise<string | undefined>}
 */
function protocolOf(url) {
  const { protocol, hostname, port } = new URL(url);
  if (protocol === 'http:') return Promise.resolve('http/1.1');
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      ALPNProtocols: ['h2', 'http/1.1'],
      ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
      rejectUnauthorized: false,
      timeout: 5000,
    });
    /** @param {string} [agreed] */
    const done = (agreed) => {
      socket.destroy();
      resolve(agreed);
    };
    socket.once('secureConnect', () => done(socket.alpnProtocol || 'http/1.1'));
    socket.once('timeout', () => done());
    socket.once('error', () => done());
  });
}

module.exports = { watch };
