'use strict';

/** A backplane whose engine is a JavaScript object of the application. */

/** @import { BackplaneHandle, EngineArrival, HostCall } from '../../binding.js' */
/** @import { BackplaneEngine, CustomBackplaneOptions } from '../../backplane.js' */

const { callCore, typeError } = require('../core/error.js');
const { start } = require('../core/hub.js');
const option = require('../core/option.js');
const { Backplane } = require('./backplane.js');
const { readCommon } = require('./options.js');

/** @type {option.Names<CustomBackplaneOptions>} */
const NAMES = { maxQueueBytes: true, outage: true };
const METHODS = ['connect', 'publish', 'follow', 'unfollow', 'position', 'read'];

/**
 * @param {BackplaneEngine} engine
 * @param {CustomBackplaneOptions} [options]
 */
function customBackplane(engine, options) {
  const missing = METHODS.find((name) => !option.hasMethods(engine, name));
  if (missing) {
    throw typeError(
      'ERR_SSE_TYPE',
      `customBackplane() expects an engine with the method ${missing}()`,
    );
  }
  return open(engine, options);
}

/**
 * @param {BackplaneEngine} engine
 * @param {CustomBackplaneOptions} [options]
 * @param {{ events: number, age: number }} [retain] the engine's retention per channel, if known
 */
function open(engine, options, retain) {
  const { maxQueueBytes, waits } = readCommon(option.object('options', options, NAMES));
  return new CustomBackplane(engine, { maxQueueBytes, waits }, retain);
}

class CustomBackplane extends Backplane {
  #engine;

  /**
   * @param {BackplaneEngine} engine
   * @param {{ maxQueueBytes: number, waits: boolean }} settings
   * @param {{ events: number, age: number }} [retain]
   */
  constructor(engine, settings, retain) {
    /** @type {BackplaneHandle} */
    let handle;
    const begin = () => {
      handle = callCore(() => start().custom(settings));
      return handle;
    };
    let connections = 0;
    /** An engine may still use the callbacks of an earlier connection. */
    const connect = () => {
      connections += 1;
      const connection = connections;
      const isOver = () => connection !== connections;
      return engine.connect({
        deliver: (arrivals) => {
          if (!isOver()) handle.deliver(/** @type {EngineArrival[]} */ (arrivals));
        },
        lost: (error) => {
          if (!isOver()) handle.lose(error instanceof Error ? error.message : String(error));
        },
      });
    };
    super(begin, (call) => ask(engine, connect, call), retain);
    this.#engine = engine;
  }

  close() {
    const isOpen = this.state !== 'closed';
    super.close();
    if (isOpen) this.#engine.close?.();
  }
}

/**
 * @param {BackplaneEngine} engine
 * @param {() => unknown} connect
 * @param {HostCall} call
 */
async function ask(engine, connect, { name, publications, subjects, after }) {
  switch (name) {
    case 'publish':
      return { published: await engine.publish(publications ?? []) };
    case 'position':
      return { position: await engine.position() };
    case 'read':
      return { retained: await engine.read(after ?? []) };
    case 'follow':
      await engine.follow(subjects ?? []);
      break;
    case 'unfollow':
      await engine.unfollow(subjects ?? []);
      break;
    default:
      await connect();
  }
  return {};
}

module.exports = { customBackplane, open };
