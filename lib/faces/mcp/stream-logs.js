'use strict';

/** The messages of MCP streams: a channel for each, which is kept for a while after the latest. */

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
    const { id } = await this.#use(name).publish({ data: message });
    return id ?? '';
  }

  /**
   * The messages after an id. Undefined if some of them are not kept.
   * @param {(string | null)[]} name
   * @param {string} id
   */
  async after(name, id) {
    const channel = this.#use(name);
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

  /** @param {(string | null)[]} name */
  #use(name) {
    // A hash of the tuple: names that are joined could collide, and clients choose some of them.
    const key = createHash('sha256').update(JSON.stringify(name)).digest('base64url');
    const log = this.#logs.get(key) ?? this.#open(key);
    this.#logs.delete(key);
    this.#logs.set(key, log);
    log.timer.refresh();
    return log.channel;
  }

  /** @param {string} key */
  #open(key) {
    const { limits, maxRuns, shared, ttl } = this.#settings;
    if (this.#logs.size >= maxRuns) {
      const [oldest] = this.#logs.keys();
      this.#close(oldest);
    }
    const own = shared && { backplane: shared.backplane, name: `${shared.name}/mcp/${key}` };
    const { maxEvents: historySize, maxBytes: historyBytes } = limits;
    const channel = new Channel({ historySize, historyBytes, ...own });
    return { channel, timer: setTimeout(() => this.#close(key), ttl).unref() };
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

module.exports = { StreamLogs };
