'use strict';

/**
 * The sockets of tests. Their streams must not keep the process alive: a failing test may leave its
 * clients open, and the test runner would wait for them.
 * @type {WeakSet<object>}
 */
const unreferenced = new WeakSet();

module.exports = { unreferenced };
