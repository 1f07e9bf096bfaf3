'use strict';

/** Yields to the event loop regularly while a source always has a next item. */

const { setImmediate: turn } = require('node:timers/promises');

/** How long a source may block the event loop, in milliseconds. */
const SLICE = 5;

class Pace {
  #turned = performance.now();

  get isDue() {
    return performance.now() - this.#turned > SLICE;
  }

  async turn() {
    await turn();
    this.#turned = performance.now();
  }
}

module.exports = { Pace };
