'use strict';

/** Reads the command line of `sluice doctor`, and prints the findings. */

const { parseArgs } = require('node:util');
const { examine } = require('./examine.js');
const { report } = require('./report.js');

/** The longest time to watch a stream, in seconds. */
const MAX_WAIT = 86_400;

const TEXT = /** @type {const} */ ({ type: 'string' });
const OPTIONS = {
  wait: TEXT,
  direct: TEXT,
  origin: TEXT,
  header: { ...TEXT, multiple: /** @type {const} */ (true) },
  json: { type: /** @type {const} */ ('boolean') },
};

/** The command line is invalid. */
class UsageError extends Error {}

/**
 * @param {string[]} args
 * @param {string} usage
 * @returns {Promise<number>} the exit code
 */
async function doctor(args, usage) {
  let given;
  try {
    given = read(args);
  } catch (error) {
    console.error(`sluice doctor: ${/** @type {Error} */ (error).message}\n\n${usage}`);
    return 2;
  }
  const { url, json, ...options } = given;
  if (!json) console.log(`Watching ${url} for ${options.wait / 1000} s …`);
  const findings = await examine(url, options);
  console.log(json ? JSON.stringify({ url, findings }, null, 2) : report(findings));
  return findings.some(({ level }) => level === 'problem') ? 1 : 0;
}

/** @param {string[]} args */
function read(args) {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (positionals.length !== 1) throw new UsageError('give one URL');
  const { wait = '20', header = [], json = false } = values;
  const seconds = Number(wait);
  if (!(seconds > 0 && seconds <= MAX_WAIT)) {
    throw new UsageError(`--wait takes a number of seconds up to ${MAX_WAIT}`);
  }
  return {
    url: readURL(positionals[0]),
    wait: seconds * 1000,
    direct: values.direct === undefined ? undefined : readURL(values.direct),
    headers: Object.fromEntries(header.map(readHeader)),
    origin: values.origin,
    json,
  };
}

/** @param {string} text */
function readURL(text) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && ['http:', 'https:'].includes(url.protocol)) return url.href;
  throw new UsageError(`${text} is not a URL that begins with http:// or https://`);
}

/** @param {string} line */
function readHeader(line) {
  const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line) ?? [];
  if (name === undefined) throw new UsageError(`--header takes "Name: value", not "${line}"`);
  return [name.toLowerCase(), value];
}

module.exports = { doctor };
