'use strict';

/** A backplane over NATS with JetStream. */

/** @import { NatsBackplaneOptions } from '../../nats.js' */

const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');
const { readCommon } = require('./options.js');

/** @type {option.Names<NatsBackplaneOptions>} */
const NAMES = {
  servers: true,
  stream: true,
  replicas: true,
  retain: true,
  user: true,
  password: true,
  token: true,
  maxQueueBytes: true,
  outage: true,
};

const PROTOCOLS = ['nats:', 'tls:'];

/** @param {NatsBackplaneOptions} options */
function natsBackplane(options) {
  const given = option.object('options', options, NAMES);
  const { user, password, token } = given;
  for (const [name, value] of Object.entries({ user, password, token })) {
    if (value !== undefined) option.assertString(name, value);
  }
  const settings = {
    ...readCommon(given),
    servers: readServers(given.servers),
    stream: readStream(given.stream),
    replicas: option.whole('replicas', given.replicas, 1, 1, 5),
    ...{ user, password, token },
  };
  return new Backplane(() => callCore(() => start().nats(settings)));
}

/** @param {unknown} value */
function readServers(value) {
  const servers = [value].flat();
  for (const server of servers) {
    if (typeof server !== 'string')
      throw option.wrongType('servers', 'a string or an array', value);
    const { protocol } = URL.canParse(server) ? new URL(server) : { protocol: '' };
    if (!PROTOCOLS.includes(protocol)) {
      throw option.invalid('`servers` must begin with nats:// or, with TLS, tls://');
    }
  }
  if (servers.length === 0) throw option.invalid('`servers` must have at least one server');
  return /** @type {string[]} */ (servers);
}

/** @param {unknown} value */
function readStream(value = 'sluice') {
  option.assertString('stream', value);
  if (/^[\w-]{1,100}$/.test(value)) return value;
  throw option.invalid('`stream` must have 1 to 100 letters, digits, `_` and `-`');
}

module.exports = { natsBackplane };
