'use strict';

/** A backplane over NATS with JetStream. */

/** @import { NatsBackplaneOptions } from '../../nats.js' */

const { callCore } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');
const { readServers } = require('./nats-servers.js');
const { readCommon } = require('./options.js');
const { readTls } = require('./tls.js');

/** @type {option.Names<NatsBackplaneOptions>} */
const NAMES = {
  servers: true,
  stream: true,
  replicas: true,
  retain: true,
  user: true,
  password: true,
  token: true,
  credentials: true,
  tls: true,
  maxQueueBytes: true,
  outage: true,
};

/** @param {NatsBackplaneOptions} options */
function natsBackplane(options) {
  const given = option.object('options', options, NAMES);
  const { servers, login: ofServers } = readServers(given.servers);
  const credentials = option.callback('credentials', given.credentials);
  const ofOptions = readLogin(given);
  const login = isSet(ofOptions) ? ofOptions : ofServers;
  if (credentials && isSet(login)) {
    throw option.invalid('`credentials` cannot be combined with a user, a password or a token');
  }
  const settings = {
    ...readCommon(given),
    ...login,
    servers,
    stream: readStream(given.stream),
    replicas: option.whole('replicas', given.replicas, 1, 1, 5),
    asksCredentials: credentials !== undefined,
    tls: readTls(given.tls),
  };
  const answerer = credentials && (() => ask(credentials));
  const retain = { events: settings.retainEvents, age: settings.retainAge };
  return new Backplane(() => callCore(() => start().nats(settings)), answerer, retain);
}

/** @param {object} login */
const isSet = (login) => Object.values(login).some((value) => value !== undefined);

/** @param {NonNullable<NatsBackplaneOptions['credentials']>} credentials */
async function ask(credentials) {
  const { user, password, token } = readLogin(
    option.object('credentials()', await credentials()),
    'credentials().',
  );
  if (user === undefined && token === undefined) {
    throw option.invalid('`credentials()` must return a user and a password, or a token');
  }
  return { username: user, password, token };
}

/**
 * @param {{ user?: any, password?: any, token?: any }} given
 * @param {string} [owner] prefix of option names in error messages
 */
function readLogin(given, owner = '') {
  const user = option.text(`${owner}user`, given.user);
  const password = option.text(`${owner}password`, given.password);
  const token = option.text(`${owner}token`, given.token);
  if ((user === undefined) !== (password === undefined)) {
    throw option.invalid(`\`${owner}user\` and \`${owner}password\` must be set together`);
  }
  if (user !== undefined && token !== undefined) {
    throw option.invalid(`\`${owner}token\` cannot be combined with a user`);
  }
  return { user, password, token };
}

/** @param {unknown} value */
function readStream(value = 'sluice') {
  option.assertString('stream', value);
  if (/^[\w-]{1,100}$/.test(value)) return value;
  throw option.invalid('`stream` must have 1 to 100 letters, digits, `_` and `-`');
}

module.exports = { natsBackplane };
