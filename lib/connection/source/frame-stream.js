'use strict';

/** Sends a source whose pieces are already frames to a connection, at the pace of its client. */

/** @import { FramesHandle } from '../../../binding.js' */
/** @import { Outlet } from './outlet.js' */
/** @import { Result, Source } from './source.js' */

const { callCore, fromCore } = require('../../core/error.js');
const { wakeSoon } = require('../wake.js');
const { Pace } = require('./pace.js');
const { Pieces } = require('./pieces.js');

/** How many bytes are collected before they are passed to the core. */
const BATCH = 16 << 10;
/** How many pieces are read between two checks of the time. */
const LOOK = 16;

const noop = () => {};

/**
 * Passes pieces that are ready at the same time to the core in one call. Reads no further piece
 * while the queue, including the collected pieces, has no room.
 */
class FrameStream {
  #outlet;
  #source;
  #frames;
  #isEnded;
  #pieces = new Pieces();
  /**
   * Bytes that were not passed to the core yet, and their length.
   * @type {Uint8Array[]}
   */
  #batch = [];
  #size = 0;
  /** Free bytes in the queue at the last check, less the bytes read since. */
  #room = 0;
  #isScheduled = false;
  #isOver = false;
  #reads = 0;
  #pace = new Pace();
  /** @type {(complete: boolean) => void} */
  #resolve = noop;
  /** @type {(error: unknown) => void} */
  #reject = noop;

  /**
   * @param {Outlet} outlet
   * @param {Source} source
   * @param {FramesHandle} frames
   * @param {() => boolean} isEnded whether the connection accepts no more events
   */
  constructor(outlet, source, frames, isEnded) {
    this.#outlet = outlet;
    this.#source = source;
    this.#frames = frames;
    this.#isEnded = isEnded;
  }

  /** How many frames were sent. */
  get events() {
    return this.#frames.count;
  }

  /** Resolves with true when the source has ended, and with false when it was stopped. */
  run() {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.wake();
    });
  }

  halt = () => this.#finish(false);

  stop() {
    return this.#source.stop();
  }

  /** Called when there may be room. */
  wake = () => {
    if (this.#isOver) return;
    this.#room = this.#outlet.room;
    if (this.#room < 0) this.#outlet.wait(this);
    else this.#ask();
  };

  #ask() {
    this.#source.ask().then(this.#onResult, this.#onError);
  }

  /** @param {Result} result */
  #onResult = ({ done, value }) => {
    if (this.#isOver) return;
    try {
      if (done) return this.#end();
      this.#add(this.#pieces.bytes(value));
      if (this.#isOver) return;
      this.#reads += 1;
      if (this.#room < 0) this.wake();
      else if (this.#reads % LOOK === 0 && this.#pace.isDue) this.#pace.turn().then(this.wake);
      else this.#ask();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** @param {unknown} error */
  #onError = (error) => {
    if (this.#isOver) return;
    try {
      this.#send();
    } catch {}
    this.#fail(error);
  };

  /** @param {Uint8Array} bytes */
  #add(bytes) {
    if (bytes.length === 0) return;
    this.#batch.push(bytes);
    this.#size += bytes.length;
    this.#room -= bytes.length;
    if (this.#room < 0 || this.#size >= BATCH) return this.#send();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Runs when no other piece is ready.
    process.nextTick(this.#sendScheduled);
  }

  #sendScheduled = () => {
    this.#isScheduled = false;
    if (this.#isOver || this.#size === 0) return;
    try {
      this.#send();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** Passes the collected bytes to the core. */
  #send() {
    if (this.#isEnded()) return this.#finish(false);
    if (this.#size === 0) return;
    const batch = this.#batch;
    const bytes = batch.length === 1 ? batch[0] : Buffer.concat(batch, this.#size);
    this.#batch = [];
    this.#size = 0;
    try {
      this.#room = this.#outlet.roomBeyond(this.#frames.push(bytes));
    } catch (error) {
      throw fromCore(error);
    } finally {
      wakeSoon();
    }
  }

  #end() {
    this.#add(this.#pieces.rest());
    this.#send();
    if (this.#isOver) return;
    callCore(() => this.#frames.finish());
    this.#finish(true);
  }

  /** @param {boolean} complete */
  #finish(complete) {
    this.#close();
    this.#resolve(complete);
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#close();
    this.#reject(error);
  }

  #close() {
    this.#isOver = true;
    this.#batch = [];
    this.#size = 0;
  }
}

module.exports = { FrameStream };
