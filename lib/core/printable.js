'use strict';

/** Defines what a console prints for an object: its state instead of its internals. */

const { inspect } = require('node:util');

/**
 * @template {object} Printed
 * @param {Printed} target an object, or the prototype of a class
 * @param {string} name
 * @param {(self: any) => Record<string, unknown>} describe
 * @returns {Printed}
 */
function printable(target, name, describe) {
  /**
   * @this {object}
   * @param {number} depth
   * @param {import('node:util').InspectOptions & { stylize: Function }} options
   * @param {typeof inspect} print
   */
  function custom(depth, options, print) {
    // A subclass of the application keeps its name.
    const own = this.constructor === Object ? name : (this.constructor?.name ?? name);
    if (depth < 0) return options.stylize(`[${own}]`, 'special');
    const { depth: left } = options;
    const inner = { ...options, depth: typeof left === 'number' ? left - 1 : left };
    return `${own} ${print(describeSafely(this), inner)}`;
  }
  /**
   * A test double that only has the prototype has no state to print.
   * @param {object} self
   */
  function describeSafely(self) {
    try {
      return describe(self);
    } catch {
      return {};
    }
  }
  return Object.defineProperty(target, inspect.custom, { value: custom, configurable: true });
}

module.exports = { printable };
