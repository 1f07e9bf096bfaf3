'use strict';

/** Reads the options of `redisBackplane()` about connections and logins. */

/** @import { RedisBackplaneOptions, RedisSentinelOptions } from '../../redis.js' */

const option = require('../core/option.js');
const { typeError } = require('../core/error.js');
const { readTls } = require('./tls.js');

const CLUSTER_NAMES = { nodes: true };
/** @type {option.Names<RedisSentinelOptions>} */
const SENTINEL_NAMES = { name: true, nodes: true, username: true, password: true, tls: true };

const PORT = 6379;
const SENTINEL_PORT = 26379;

/** @param {Partial<RedisBackplaneOptions>} given */
function readServers(given) {
  const { url, sentinel, cluster, username, password, credentials } = given;
  if ([url, sentinel, cluster].filter((way) => way !== undefined).length !== 1) {
    throw typeError('ERR_SSE_OPTION', 'exactly one of `url`, `sentinel` and `cluster` must be set');
  }
  const direct = url === undefined ? undefined : readUrl(url);
  const login = {
    username: option.text('username', username) ?? direct?.username,
    password: option.text('password', password) ?? direct?.password,
  };
  if (credentials && (login.username !== undefined || login.password !== undefined)) {
    throw option.invalid('`credentials` cannot be combined with a user or a password');
  }
  const database = option.whole('database', given.database, direct?.database ?? 0, 0, 2 ** 31 - 1);
  if (cluster && database > 0) throw option.invalid('`database` must be 0 in a cluster');
  return {
    ...login,
    ...readNodes(given, direct),
    database,
    tls: readTls(given.tls) ?? (direct?.tls ? {} : undefined),
    isCluster: cluster !== undefined,
  };
}

/**
 * @param {Partial<RedisBackplaneOptions>} given
 * @param {{ host: string, port: number } | undefined} direct
 */
function readNodes({ sentinel, cluster }, direct) {
  if (direct) return { nodes: [{ host: direct.host, port: direct.port }] };
  if (cluster !== undefined) {
    const { nodes } = option.object('cluster', cluster, CLUSTER_NAMES);
    return { nodes: readAddresses('cluster.nodes', nodes, PORT) };
  }
  const { name, nodes, username, password, tls } = option.object(
    'sentinel',
    sentinel,
    SENTINEL_NAMES,
  );
  option.assertString('sentinel.name', name);
  return {
    nodes: readAddresses('sentinel.nodes', nodes, SENTINEL_PORT),
    sentinel: {
      name,
      username: option.text('sentinel.username', username),
      password: option.text('sentinel.password', password),
      tls: option.boolean('sentinel.tls', tls, false),
    },
  };
}

/** @param {unknown} value */
function readUrl(value) {
  if (typeof value !== 'string') throw option.wrongType('url', 'a string', value);
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || !url.hostname) {
    throw option.invalid('`url` must begin with redis:// or, with TLS, rediss:// and have a host');
  }
  const database = url.pathname.replace(/^\//, '');
  if (!/^\d*$/.test(database)) {
    throw option.invalid('the path of `url` must be the number of a database');
  }
  return {
    host: withoutBrackets(url.hostname),
    port: Number(url.port || PORT),
    username: decode(url.username),
    password: decode(url.password),
    database: Number(database),
    tls: url.protocol === 'rediss:',
  };
}

/** @param {string} part of a URL */
function decode(part) {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    throw option.invalid('`url` has an invalid percent-encoding in its user or password');
  }
}

/**
 * @param {string} name
 * @param {unknown} values
 * @param {number} port
 */
function readAddresses(name, values, port) {
  if (!Array.isArray(values) || values.length === 0) {
    throw option.wrongType(name, "an array of 'host:port'", values);
  }
  return values.map((value) => {
    const url = `redis://${value}`;
    const {
      hostname,
      port: given,
      pathname,
      username,
    } = URL.canParse(url) ? new URL(url) : { hostname: '', port: '', pathname: '', username: '' };
    if (!hostname || pathname || username) {
      throw option.invalid(`\`${name}\` must have items of the form 'host:port'`);
    }
    return { host: withoutBrackets(hostname), port: Number(given || port) };
  });
}

/** @param {string} hostname of a URL, where an IPv6 address has brackets */
const withoutBrackets = (hostname) => hostname.replace(/^\[(.*)\]$/, '$1');

module.exports = { readServers };
