'use strict';

/** Makes Node release the sockets that were handed over in a turn, once the turn has ended. */

/** @import { SocketTaker } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

const { guarded } = require('../core/listeners.js');
const { detach, freeParser } = require('./node-socket.js');

/** @type {{ socket: NodeSocket, taker: SocketTaker }[]} */
let due = [];

/**
 * @param {NodeSocket} socket
 * @param {SocketTaker} taker notified before Node releases the socket
 */
function detachSoon(socket, taker) {
  if (due.length === 0) setImmediate(detachAll);
  due.push({ socket, taker });
}

function detachAll() {
  const all = due;
  due = [];
  for (const one of all) guarded(() => detachOne(one));
}

/** @param {{ socket: NodeSocket, taker: SocketTaker }} one */
function detachOne({ socket, taker }) {
  taker.detaching();
  detach(socket);
  // Last: a released socket passes its parser on to the next one.
  freeParser(socket);
}

module.exports = { detachSoon };
