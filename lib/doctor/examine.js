'use strict';

/** Records a stream, then runs each check on the recording. */

/** @import { Recording } from './recording.js' */

/**
 * @typedef {object} Finding
 * @property {string} check
 * @property {'ok' | 'note' | 'warning' | 'problem'} level
 * @property {string} message
 * @property {string[]} [fix] lines
 */
/**
 * @typedef {object} Case
 * @property {Recording} recording
 * @property {Recording | undefined} direct the same stream, without a proxy
 * @property {string | undefined} origin
 * @property {number} wait in milliseconds
 */
/**
 * @typedef {object} ExamineOptions
 * @property {number} wait in milliseconds
 * @property {string} [direct]
 * @property {string} [origin]
 * @property {Record<string, string>} [headers]
 */
/** @typedef {(it: Case) => Omit<Finding, 'check'> | undefined} Check */

const { buffering } = require('./checks/buffering.js');
const { caching } = require('./checks/caching.js');
const { compression } = require('./checks/compression.js');
const { contentType } = require('./checks/content-type.js');
const { cors } = require('./checks/cors.js');
const { idleCut } = require('./checks/idle-cut.js');
const { protocol } = require('./checks/protocol.js');
const { reach } = require('./checks/reach.js');
const { resume } = require('./checks/resume.js');
const { silence } = require('./checks/silence.js');
const { status } = require('./checks/status.js');
const { watch } = require('./watch.js');

/** The other checks run only if these find no problem. */
const FIRST = Object.entries({ reach, status, 'content-type': contentType });
const STREAM = Object.entries({
  caching,
  compression,
  buffering,
  'idle cut': idleCut,
  silence,
  resume,
  protocol,
  cors,
});

/**
 * @param {string} url
 * @param {ExamineOptions} options
 * @returns {Promise<Finding[]>}
 */
async function examine(url, { wait, direct, origin, headers }) {
  const asked = { ...headers, ...(origin && { origin }) };
  const [recording, other] = await Promise.all([
    watch(url, { wait, headers: asked }),
    direct && watch(direct, { wait, headers: asked }),
  ]);
  const it = { recording, direct: other || undefined, origin, wait };
  /** @type {Finding[]} */
  const findings = [];
  const run = (/** @type {[string, Check][]} */ checks) => {
    for (const [check, look] of checks) {
      const finding = look(it);
      if (finding) findings.push({ check, ...finding });
    }
  };
  run(FIRST);
  if (!findings.some(({ level }) => level === 'problem')) run(STREAM);
  return findings;
}

module.exports = { examine };
