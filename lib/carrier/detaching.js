'use strict';

/** Makes Node let go of the sockets that were handed over in a turn, when the turn has ended. */

/** @import { SocketTaker } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */

const { guarded } = require('../core/listeners.js');
const { detach, freeParser } = require('./node-socket.js');

/** @type {{ socket: NodeSocket, taker: SocketTaker }[]} */
let due = [];

/**
 * @param {NodeSocket} socket
 * @param {SocketTaker} taker hears when it happens
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
  // Last: a socket that is let go of gives its parser to the next one.
  freeParser(socket);
}

module.exports = { detachSoon };
