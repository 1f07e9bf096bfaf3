'use strict';

/** An `EventEmitter` without fields until it has a listener. Most connections have none. */

const { EventEmitter } = require('node:events');

class Bare {}
Object.setPrototypeOf(Bare, EventEmitter);
// The prototype has what the EventEmitter constructor would set, and `on()` creates the rest.
Object.setPrototypeOf(Bare.prototype, EventEmitter.prototype);

const BareEmitter = /** @type {typeof EventEmitter} */ (/** @type {unknown} */ (Bare));

module.exports = { BareEmitter };
