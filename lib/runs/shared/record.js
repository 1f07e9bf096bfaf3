'use strict';

/**
 * What all processes know of the runs under one id: a channel of its own, with the latest records.
 * All processes see them in the same order.
 */

/** @import { Backplane } from '../../backplane/backplane.js' */
/** @import { Record } from '../run.js' */

const { Channel, historyOf } = require('../../channel/channel.js');
const { eventsOf } = require('../frames.js');
const { loaded } = require('./loaded.js');

/** How many records are kept. A run has two or three. */
const KEPT = 20;

class FollowedRecord {
  #channel;

  /**
   * @param {Backplane} backplane
   * @param {string} name
   */
  constructor(backplane, name) {
    const options = { ids: /** @type {const} */ ('manual'), historySize: KEPT };
    this.#channel = new Channel({ ...options, backplane, name });
  }

  /** Resolves when the latest record is known. */
  async load() {
    try {
      await loaded(this.#channel);
      return this;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @returns {Record[]} */
  get all() {
    const text = historyOf(this.#channel).read(undefined, Number.MAX_SAFE_INTEGER) ?? '';
    return eventsOf(text).flatMap(({ data }) => parse(data) ?? []);
  }

  get latest() {
    return this.all.at(-1);
  }

  /**
   * Resolves when every process can read it.
   * @param {Record} record
   */
  async write(record) {
    await this.#channel.publish({ data: record });
  }

  close() {
    this.#channel.close();
  }
}

/**
 * @param {string} json
 * @returns {Record | undefined} undefined if it was written by something else
 */
function parse(json) {
  try {
    const record = JSON.parse(json);
    return typeof record.key === 'string' && typeof record.state === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { FollowedRecord };
