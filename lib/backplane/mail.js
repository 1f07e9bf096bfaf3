'use strict';

/**
 * Messages between the JavaScript of several processes, over a backplane. They are not retained.
 * A listener is also notified when its subject has an event.
 */

/** @import { BackplaneHandle } from '../../binding.js' */

/**
 * @typedef {object} MailListener
 * @property {(subject: string, bytes: Buffer) => void} arrived
 *   a message, or the id of the place before an event
 * @property {() => void} missed some messages may have been lost
 */

const { callCore } = require('../core/error.js');
const { guarded } = require('../core/listeners.js');
const { mailboxes } = require('../core/notices.js');

class Mail {
  #handle;
  /** @type {Map<string, Set<MailListener>>} */
  #listeners = new Map();

  /** @param {BackplaneHandle} handle */
  constructor(handle) {
    this.#handle = handle;
    mailboxes.set(handle.id, () => this.#take());
    // The core sends one notice until the mail is taken. This discards mail whose notice was lost.
    handle.takeMail();
  }

  /**
   * Sends a message to every listener of the subject, including those in this process.
   * @param {string} subject
   * @param {Buffer} bytes
   */
  say(subject, bytes) {
    callCore(() => this.#handle.say(subject, bytes));
  }

  /**
   * @param {string} subject
   * @param {MailListener} listener
   */
  hear(subject, listener) {
    let listeners = this.#listeners.get(subject);
    if (!listeners) {
      listeners = new Set();
      this.#listeners.set(subject, listeners);
      this.#handle.hear(subject);
    }
    listeners.add(listener);
  }

  /**
   * The id of the place up to which all events of a subject have arrived, if it is known.
   * @param {string} subject
   */
  reached(subject) {
    return this.#handle.reached(subject) ?? undefined;
  }

  /**
   * @param {string} subject
   * @param {MailListener} listener
   */
  unhear(subject, listener) {
    const listeners = this.#listeners.get(subject);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(subject);
    this.#handle.unhear(subject);
  }

  #take() {
    const { messages, isIncomplete } = this.#handle.takeMail();
    for (const { subject, bytes } of messages) {
      for (const listener of this.#listeners.get(subject) ?? []) {
        guarded(() => listener.arrived(subject, bytes));
      }
    }
    if (!isIncomplete) return;
    const all = new Set([...this.#listeners.values()].flatMap((listeners) => [...listeners]));
    for (const listener of all) guarded(() => listener.missed());
  }
}

/** @type {WeakMap<BackplaneHandle, Mail>} */
const mails = new WeakMap();

/** @param {BackplaneHandle} handle */
function mailOf(handle) {
  let mail = mails.get(handle);
  if (!mail) {
    mail = new Mail(handle);
    mails.set(handle, mail);
  }
  return mail;
}

module.exports = { Mail, mailOf };
