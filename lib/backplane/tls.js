'use strict';

/** The option `tls` of backplanes. */

/** @import { RedisTlsOptions } from '../../redis.js' */

const option = require('../core/option.js');

/** @type {option.Names<RedisTlsOptions>} */
const NAMES = { ca: true, cert: true, key: true, serverName: true };

/** @param {true | RedisTlsOptions | undefined} value */
function readTls(value) {
  if (value === undefined) return undefined;
  const { ca, cert, key, serverName } = value === true ? {} : option.object('tls', value, NAMES);
  if ((cert === undefined) !== (key === undefined)) {
    throw option.invalid('`tls.cert` and `tls.key` must be set together');
  }
  return {
    ca: readPem('tls.ca', ca),
    cert: readPem('tls.cert', cert),
    key: readPem('tls.key', key),
    serverName: option.text('tls.serverName', serverName),
  };
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function readPem(name, value) {
  if (value === undefined) return undefined;
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : value;
  option.assertString(name, text);
  if (!text.includes('-----BEGIN ')) throw option.invalid(`\`${name}\` must be PEM`);
  return text;
}

module.exports = { readTls };
