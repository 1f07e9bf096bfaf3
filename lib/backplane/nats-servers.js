'use strict';

/** Reads the option `servers` of `natsBackplane()`. */

const option = require('../core/option.js');

const PROTOCOLS = ['nats:', 'tls:'];

/**
 * Returns the servers without credentials, and the login in their URLs, if any.
 * @param {unknown} value
 */
function readServers(value) {
  const urls = [value].flat().map((server) => {
    if (typeof server === 'string') return readServer(server);
    throw option.wrongType('servers', 'a string or an array of strings', value);
  });
  if (urls.length === 0) throw option.invalid('`servers` must have at least one server');
  const logins = new Set(urls.map(({ username, password }) => `${username}:${password}`));
  if (logins.size > 1) {
    throw option.invalid('all of `servers` must have the same user and password: use the options');
  }
  const login = loginOf(urls[0]);
  return { servers: urls.map(withoutLogin), login };
}

/** @param {string} server */
function readServer(server) {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url && PROTOCOLS.includes(url.protocol) && url.hostname) return url;
  throw option.invalid('`servers` must begin with nats:// or, with TLS, tls:// and have a host');
}

/** @param {URL} url where a user without a password is a token */
function loginOf(url) {
  const [user, password] = [decode(url.username), decode(url.password)];
  if (user !== undefined && password === undefined) return { token: user };
  return { user, password };
}

/** @param {string} part of a URL */
function decode(part) {
  try {
    return part === '' ? undefined : decodeURIComponent(part);
  } catch {
    throw option.invalid('`servers` has an invalid percent-encoding in its user or password');
  }
}

/** @param {URL} url */
function withoutLogin(url) {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain.href;
}

module.exports = { readServers };
