'use strict';

/**
 * The shared records of the runs under one id, in a channel of their own. All processes see them in
 * the same order.
 */

/** @import { Backplane } from '../../backplane/backplane.js' */
/** @import { Record } from '../run.js' */

const { Channel, historyOf } = require('../../channel/channel.js');
const { eventsOf } = require('../frames.js');
const { loaded } = require('./loaded.js');

/** The number of records to keep. A run has two or three. */
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

  /** The latest record, the same in all processes. Of two simultaneous runs, the first one wins. */
  get latest() {
    /** @type {Record | undefined} */
    let latest;
    for (const record of this.all) {
      const isUpdate = record.key === latest?.key && (record.endedAt ?? !latest.endedAt);
      if (!latest || isUpdate || record.turn > latest.turn) latest = record;
    }
    return latest;
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
 * @returns {Record | undefined} undefined if another program wrote it
 */
function parse(json) {
  try {
    const record = JSON.parse(json);
    const isRecord = typeof record.key === 'string' && typeof record.turn === 'number';
    return isRecord && typeof record.state === 'string' ? record : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { FollowedRecord };
