'use strict';

/** Runs the `disconnected` pins of a registration. */

/** @import { Context, Pin } from '../../../digipair.js' */

const { inspect } = require('node:util');
const option = require('../../core/option.js');

/**
 * The part of the engine that sluice uses. The engine's own types require those of a browser.
 * @typedef {{
 *   executePinsList: (pins: Pin[], context: Context, path: string) => Promise<unknown>,
 *   config: {
 *     log: (level: string, path: string, message: string, context: Context, data: unknown) => void,
 *   },
 * }} Engine
 */
const ENGINE = '@digipair/engine';
/** Pins of a factory throw these to end a reasoning or to keep its request open, not as errors. */
const ENDINGS = ['DIGIPAIR_STOP', 'DIGIPAIR_KEEPALIVE'];

/**
 * Loads the engine, which is needed only where actions are registered.
 * @returns {Engine}
 */
function loadEngine() {
  try {
    return require(ENGINE);
  } catch (cause) {
    throw option.invalid(
      `\`disconnected\` needs the engine, which cannot be loaded: npm install ${ENGINE}`,
      { cause },
    );
  }
}

/** @type {(pin: Partial<Pin>) => boolean} */
const isPin = ({ library, element }) => typeof library === 'string' && typeof element === 'string';

/** @param {unknown} thrown an object whose properties may also throw */
function isEnding(thrown) {
  try {
    const { type = thrown } = /** @type {{ type?: unknown }} */ (thrown ?? {});
    return ENDINGS.includes(/** @type {string} */ (type));
  } catch {
    return false;
  }
}

/** @param {unknown} thrown */
function describe(thrown) {
  try {
    return thrown instanceof Error ? String(thrown.message) : inspect(thrown);
  } catch {
    return 'the thrown value cannot be shown';
  }
}

/**
 * Returns a function that runs the pins in the context of their registration and never fails.
 * Returns undefined if there are no pins.
 * @param {unknown} pins
 * @param {Context} context
 */
function readDisconnected(pins, context) {
  if (pins === undefined) return undefined;
  if (!Array.isArray(pins) || pins.some((pin) => typeof pin !== 'object' || pin === null)) {
    throw option.invalid(
      '`disconnected` must be a list of pins, ' +
        'as in [{ "library": …, "element": …, "properties": … }]',
    );
  }
  if (pins.length === 0) return undefined;
  const engine = loadEngine();
  const registration = { ...context };
  const path = `${context?.__PATH__ ?? 'root'}.disconnected`;

  /**
   * @param {string} reason
   * @param {unknown} [error]
   */
  const report = (reason, error) => {
    const message = `the pins of ${path} failed: ${reason}`;
    try {
      const detail = error instanceof Error ? error.stack : undefined;
      process.emitWarning(message, { type: 'SluiceWarning', detail });
      // The log may need a context that is missing here.
      engine.config.log('ERROR', path, message, registration, error);
    } catch {}
  };

  return async () => {
    const stray = pins.findIndex((pin) => !isPin(pin));
    // The engine would stop there, with a message that names neither the pin nor its place.
    if (stray >= 0)
      report(`${path}[${stray}] is not a pin: it needs a \`library\` and an \`element\``);
    try {
      await engine.executePinsList(pins.filter(isPin), registration, path);
    } catch (error) {
      if (!isEnding(error)) report(describe(error), error);
    }
  };
}

module.exports = { readDisconnected };
