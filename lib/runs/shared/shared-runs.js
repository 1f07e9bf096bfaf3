'use strict';

/** The runs of all processes, over a backplane. */

/** @import { Backplane } from '../../backplane/backplane.js' */
/** @import { Record } from '../run.js' */

const { Channel, historyOf } = require('../../channel/channel.js');
const { eventsOf } = require('../frames.js');
const { loaded } = require('./loaded.js');
const { Nodes } = require('./nodes.js');
const { FollowedRecord } = require('./record.js');

/** The maximum number of latest runs of an owner that are listed. */
const LISTED = 100;

class SharedRuns {
  #backplane;
  #name;
  nodes;

  /**
   * @param {{ backplane: Backplane, name: string }} shared
   * @param {(key: string) => void} onStop
   */
  constructor({ backplane, name }, onStop) {
    this.#backplane = backplane;
    this.#name = name;
    this.nodes = new Nodes(backplane, name, onStop);
  }

  /**
   * Follows the records of the runs under an id.
   * @param {string} id
   */
  follow(id) {
    return new FollowedRecord(this.#backplane, `${this.#name}/record/${id}`).load();
  }

  /**
   * The options of the channel with the events of a run.
   * @param {Record} record
   */
  channelOf({ id, key }) {
    return { backplane: this.#backplane, name: `${this.#name}/events/${id}/${key}` };
  }

  /**
   * Adds a run to the list of its owner.
   * @param {Record} record
   */
  async add({ id, owner }) {
    if (owner === null) return;
    const channel = this.#owned(owner);
    try {
      await channel.publish({ data: { id } });
    } finally {
      channel.close();
    }
  }

  /**
   * The latest records of an owner's runs.
   * @param {string} owner
   */
  async list(owner) {
    const channel = this.#owned(owner);
    try {
      await loaded(channel);
      const text = historyOf(channel).read(undefined, Number.MAX_SAFE_INTEGER) ?? '';
      const ids = new Set(eventsOf(text).flatMap(({ data }) => parseId(data) ?? []));
      const records = await Promise.all([...ids].map((id) => this.#look(id)));
      return records.flatMap((record) => (record?.owner === owner ? [record] : []));
    } finally {
      channel.close();
    }
  }

  /** @param {string} id */
  async #look(id) {
    const followed = await this.follow(id);
    const { latest } = followed;
    followed.close();
    return latest;
  }

  /** @param {string} owner */
  #owned(owner) {
    const name = `${this.#name}/owner/${owner}`;
    const options = { ids: /** @type {const} */ ('manual'), historySize: LISTED };
    return new Channel({ ...options, backplane: this.#backplane, name });
  }
}

/**
 * @param {string} json
 * @returns {string | undefined} undefined if another program wrote it
 */
function parseId(json) {
  try {
    const { id } = JSON.parse(json);
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { SharedRuns };
