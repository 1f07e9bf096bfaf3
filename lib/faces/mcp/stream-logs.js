'use strict';

/** The messages of MCP streams. Each stream has a channel, which expires after its last use. */

/** @import { Settings } from '../../runs/runs-options.js' */

const { createHash } = require('node:crypto');
const { Channel, historyOf } = require('../../channel/channel.js');
const { eventsOf } = require('../../runs/frames.js');
const { loaded } = require('../../runs/shared/loaded.js');

class StreamLogs {
  #settings;
  /**
   * In the order of their latest use.
   * @type {Map<string, { channel: Channel, timer: NodeJS.Timeout }>}
   */
  #logs = new Map();

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  /**
   * Resolves with the id of the message within its stream.
   * @param {(string | null)[]} name
   * @param {object} message
   */
  async append(name, message) {
    const { id } = await this.#use(keyOf(name)).channel.publish({ data: message });
    return id ?? '';
  }

  /**
   * Returns the messages after an id, or undefined if some of them are no longer kept.
   * @param {(string | null)[]} name
   * @param {string} id
   */
  async after(name, id) {
    const key = keyOf(name);
    const log = this.#logs.get(key);
    if (log) return this.#read(this.#use(key).channel, id);
    if (!this.#settings.shared) return undefined;
    // Clients choose the ids, so requests for unknown streams must not evict other streams.
    const channel = this.#channel(key);
    try {
      return await this.#read(channel, id);
    } finally {
      channel.close();
    }
  }

  /**
   * @param {Channel} channel
   * @param {string} id
   */
  async #read(channel, id) {
    if (this.#settings.shared) await loaded(channel);
    const text = historyOf(channel).read(id, Number.MAX_SAFE_INTEGER);
    if (text === null || text === undefined) return undefined;
    const events = eventsOf(text).map((event) => ({
      id: event.id,
      message: JSON.parse(event.data),
    }));
    // The SDK begins each stream with an empty message, for its id.
    return events.filter(({ message }) => Object.keys(message).length > 0);
  }

  /** @param {string} key */
  #use(key) {
    const log = this.#logs.get(key) ?? this.#open(key);
    this.#logs.delete(key);
    this.#logs.set(key, log);
    log.timer.refresh();
    return log;
  }

  /** @param {string} key */
  #open(key) {
    const { maxRuns, ttl } = this.#settings;
    if (this.#logs.size >= maxRuns) {
      const [oldest] = this.#logs.keys();
      this.#close(oldest);
    }
    return { channel: this.#channel(key), timer: setTimeout(() => this.#close(key), ttl).unref() };
  }

  /** @param {string} key */
  #channel(key) {
    const { limits, shared } = this.#settings;
    const own = shared && { backplane: shared.backplane, name: `${shared.name}/mcp/${key}` };
    const { maxEvents: historySize, maxBytes: historyBytes } = limits;
    return new Channel({ historySize, historyBytes, ...own });
  }

  /** @param {string} key */
  #close(key) {
    const log = this.#logs.get(key);
    if (!log) return;
    this.#logs.delete(key);
    clearTimeout(log.timer);
    log.channel.close();
  }
}

/**
 * A hash of the tuple: joined names could collide, and clients choose some of them.
 * @param {(string | null)[]} name
 */
const keyOf = (name) => createHash('sha256').update(JSON.stringify(name)).digest('base64url');

module.exports = { StreamLogs };
