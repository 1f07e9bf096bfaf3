'use strict';

/** The public class of a connection: one client's open response. Its internals are in link.js. */

/** @import { ConnectionOptions, ServerSentEvent, StreamOptions } from '../../index.js' */
/** @import { Carrier, Request, Response } from '../carrier/carrier.js' */
/** @import { PingForm } from './connection-options.js' */

const { onCloseAll } = require('../carrier/close-all.js');
const { LeanCarrier } = require('../carrier/lean-carrier.js');
const { carrierOf } = require('../carrier/node-response.js');
const { BareEmitter } = require('../core/bare-emitter.js');
const { start } = require('../core/hub.js');
const { connections } = require('../core/notices.js');
const option = require('../core/option.js');
const { printable } = require('../core/printable.js');
const { defaults, readConnectionOptions } = require('./connection-options.js');
const event = require('./event.js');
const { decode, hasLean } = require('./lean-record.js');
const { Link } = require('./link.js');
const { Outlet } = require('./source/outlet.js');
const { stream } = require('./source/stream.js');

/** @type {(connection: Connection) => Link} */
let linkOf;

class Connection extends BareEmitter {
  static default = defaults;

  #link;
  /** @type {Outlet | undefined} */
  #outlet;

  static {
    linkOf = (connection) => connection.#link;
  }

  /**
   * Faces pass only a link, and call its `begin()` themselves.
   * @param {Request | Link} req
   * @param {Response} [res]
   * @param {ConnectionOptions} [options]
   */
  constructor(req, res, options) {
    super();
    const link =
      req instanceof Link ? req : linkTo(carrierOf(req, /** @type {Response} */ (res)), options);
    link.connection = this;
    this.#link = link;
    // A recreated connection would be of this class, not of the application's subclass.
    if (new.target !== Connection) link.hold();
    this.request = link.carrier.request;
    this.response = link.carrier.response;
    this.timestamp = link.timestamp;
    this.lastEventId = link.cursor;
    if (link !== req) link.begin();
  }

  /** Created on first access: most ids are never read, and a UUID takes half a kilobyte. */
  get id() {
    return this.#link.makeId();
  }

  get lastEventID() {
    return this.lastEventId;
  }

  get transport() {
    return this.#link.transport;
  }

  get queuedBytes() {
    return this.#link.handle.queuedBytes;
  }

  get closed() {
    return this.#link.state === 'closed';
  }

  /** @param {ServerSentEvent} value */
  send(value) {
    this.#link.assertNotEnded();
    event.sendToConnection(this.#link.number, value);
    return this;
  }

  /** @param {string} frameText */
  write(frameText) {
    this.#link.assertNotEnded();
    event.write(this.#link.handle, frameText);
    return this;
  }

  /** @param {string} text */
  comment(text) {
    if (typeof text === 'string') return this.send({ comment: text });
    throw option.wrongArgument('comment()', 'a string', text);
  }

  /**
   * @param {unknown} source
   * @param {StreamOptions<string>} [options]
   */
  stream(source, options) {
    this.#outlet ??= new Outlet(this, this.#link.highWaterMark);
    return stream(this, this.#outlet, source, options, this.#link);
  }

  /** @param {number} interval */
  setPing(interval) {
    this.#link.handle.setPing(option.time('interval', interval ?? null, 0));
    return this;
  }

  /** @param {number} timeout */
  setTimeout(timeout) {
    this.#link.handle.setTimeout(option.time('timeout', timeout ?? null, 0));
    return this;
  }

  resume() {
    this.#link.catchUp.resume();
    return this;
  }

  end() {
    return /** @type {Promise<this>} */ (this.#link.end());
  }

  /** @param {unknown} [error] */
  destroy(error) {
    this.#link.destroy(error);
    return this;
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  on(name, listener) {
    super.on(name, listener);
    return this.#listenedTo(name);
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  addListener(name, listener) {
    return this.on(name, listener);
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  prependListener(name, listener) {
    super.prependListener(name, listener);
    return this.#listenedTo(name);
  }

  /**
   * A listener for `timeout` replaces the default, which ends the connection. The core must know in
   * advance, because JavaScript may be blocked when the timeout expires.
   * @param {string | symbol} name
   */
  #listenedTo(name) {
    this.#link.hold();
    if (name === 'timeout') this.#link.handle.holdTimeout(true);
    return this;
  }
}

printable(Connection.prototype, 'Connection', (/** @type {Connection} */ connection) => ({
  id: connection.id,
  state: linkOf(connection).state,
  transport: connection.transport,
  url: connection.request?.url,
  lastEventId: connection.lastEventId,
  queuedBytes: connection.queuedBytes,
  openedAt: new Date(connection.timestamp),
}));

/** @type {(carrier: Carrier, options?: ConnectionOptions, pingForm?: PingForm) => Link} */
const linkTo = (carrier, options, pingForm) =>
  new Link(carrier, readConnectionOptions(options, pingForm));

/**
 * Opens a connection over any carrier. The head is written when the returned link begins.
 * @param {Carrier} carrier
 * @param {ConnectionOptions} [options]
 * @param {PingForm} [pingForm]
 */
function openLink(carrier, options, pingForm) {
  const link = linkTo(carrier, options, pingForm);
  return { link, connection: new Connection(link) };
}

/** Recreates a lean connection from its record. */
connections.remake(
  (id) => {
    const handle = hasLean() ? start().kept(id) : undefined;
    const text = handle && start().record(id);
    if (!handle || !text) return undefined;
    const record = decode(text);
    const carrier = new LeanCarrier(record.request, record.cursor, record.server);
    const { onGap, hasOverflow, maxQueueBytes } = record;
    const settings = readConnectionOptions({ maxQueueBytes });
    const link = new Link(carrier, { ...settings, onGap, hasOverflow }, { handle, record });
    new Connection(link);
    return link;
  },
  () => (hasLean() ? start().keptIds() : []),
);

onCloseAll((server) => {
  for (const [, listener] of [...connections]) {
    const link = /** @type {Link} */ (listener);
    if (!link.carrier.isOf?.(server)) continue;
    if (link.carrier.disconnect) link.carrier.disconnect();
    else link.close('destroy');
  }
});

module.exports = { Connection, linkOf, openLink };
