'use strict';

/** The events of each seid, for clients that reconnect and for other processes. */

/** @import { BackplaneHandle, TopicsHandle } from '../../../binding.js' */
/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { TopicOptions } from '../../../types/broker.js' */
/** @import { Mail } from '../../backplane/mail.js' */
/** @import { Connection } from '../../connection/connection.js' */

/**
 * The backplane, and the name of this `SE` there.
 * @typedef {{ handle: BackplaneHandle, name: string }} Shared
 */

const { mailOf } = require('../../backplane/mail.js');
const { Subscriptions } = require('../../broker/subscriptions.js');
const { PATTERNS, TOPIC, readChannelOptions } = require('../../channel/channel-options.js');
const { linkOf } = require('../../connection/connection.js');
const event = require('../../connection/event.js');
const { start } = require('../../core/hub.js');
const option = require('../../core/option.js');

/** The longest name of a topic, in bytes. */
const MAX_SEID = 1024;
/** The maximum number of seids with a history. */
const MAX_SEIDS = 100_000;

const noop = () => {};

/** A seid is a topic, and its client is the only subscriber. */
class SeidHistory {
  #isOn;
  #options;
  #shared;
  /**
   * Created on first use, because it starts the core.
   * @type {TopicsHandle | undefined}
   */
  #topics;
  /** @type {ReturnType<TopicsHandle['sender']> | undefined} */
  #send;

  /**
   * @param {TopicOptions | undefined} given
   * @param {Shared | undefined} shared
   */
  constructor(given, shared) {
    this.#options = readChannelOptions(option.object('topic', given), TOPIC);
    this.#isOn = this.#options.historySize > 0;
    this.#shared = shared;
    if (shared && !this.#isOn) {
      throw option.invalid('with a `backplane`, `historySize` of `topic` must be at least 1');
    }
  }

  /** Whether clients may be in other processes. */
  get isShared() {
    return this.#shared !== undefined;
  }

  /**
   * Whether there is a history for a seid. Senders may ask with any value.
   * @param {unknown} seid
   */
  keeps(seid) {
    if (!this.#isOn || typeof seid !== 'string' || seid === '') return false;
    return Buffer.byteLength(seid) <= MAX_SEID && seid.isWellFormed();
  }

  /**
   * Replays the events of a seid after the connection's cursor, then sends live events.
   * @param {string} seid
   * @param {Connection} connection
   * @param {boolean} mint whether events without an id get one
   */
  join(seid, connection, mint) {
    const topics = this.#open(mint);
    const link = linkOf(connection);
    const { handle } = link;
    topics.connect(handle);
    link.whenEnding(() => topics.disconnect(handle.id));
    new Subscriptions(topics, undefined, connection).add(seid);
  }

  /**
   * Without a backplane, a seid has a history only after a client of this process has used it. With
   * a backplane, returns a promise that resolves when the clients of this process have the event.
   * @param {string} seid
   * @param {ServerSentEvent} value
   * @param {boolean} mint
   */
  send(seid, value, mint) {
    if (this.#shared) {
      return event.publishSharedTopic(this.#open(mint), seid, value).then(noop, noop);
    }
    if (this.#send) event.send(this.#send, seid, value);
    return undefined;
  }

  /**
   * Watches for the first event of a seid whose client is waiting.
   * @param {string} seid
   * @param {(since: string) => void} arrived
   *   gets the id of the place before the event
   */
  watch(seid, arrived) {
    if (!this.#shared || !this.keeps(seid)) return undefined;
    return new Watch(mailOf(this.#shared.handle), `t:${this.#shared.name}/${seid}`, arrived);
  }

  /** @param {boolean} mint */
  #open(mint) {
    if (this.#topics) return this.#topics;
    this.#topics = start().topics(
      {
        wildcards: false,
        maxPatterns: 0,
        maxTopics: MAX_SEIDS,
        topicField: false,
        topic: { ...this.#options, mint },
        patternHistory: PATTERNS,
      },
      this.#shared?.handle,
      this.#shared?.name,
    );
    this.#send = this.#topics.sender();
    return this.#topics;
  }
}

/** Most handlers answer immediately. The watch begins only if the handler outlasts its turn. */
class Watch {
  #mail;
  #subject;
  #listener;
  #start = setImmediate(() => this.#begin());
  /**
   * The id of the latest place when the watch began, if it was known.
   * @type {string | undefined}
   */
  since;

  /**
   * @param {Mail} mail
   * @param {string} subject
   * @param {(since: string) => void} arrived
   */
  constructor(mail, subject, arrived) {
    this.#mail = mail;
    this.#subject = subject;
    this.#listener = {
      arrived: (/** @type {string} */ _subject, /** @type {Buffer} */ bytes) =>
        arrived(bytes.toString()),
      // The notice of a first event is never lost.
      missed: () => {},
    };
  }

  #begin() {
    this.#mail.hear(this.#subject, this.#listener);
    this.since = this.#mail.reached(this.#subject);
  }

  stop() {
    clearImmediate(this.#start);
    this.#mail.unhear(this.#subject, this.#listener);
  }
}

module.exports = { SeidHistory, Watch };
