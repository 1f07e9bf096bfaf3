import { pause } from '../connection/interruption.js';
import { HEARING } from './protocol.js';

/**
 * @import { Question } from './protocol.js'
 * @import { SharedStream } from './shared-stream.js'
 */

/**
 * First are tabs that count as the candidate does, in the order of what they have; then those that
 * know where it stands.
 *
 * @param {Question} tab
 */
const rank = ({ at, gap, entries }) =>
  at === undefined ? (entries[0]?.n ?? 0) : gap ? 2e15 : 1e15;

/**
 * The role of a tab that has acquired the lock. Before it leads, it collects events that it lacks
 * from the other tabs, so that it resumes from the newest event possible.
 */
export class Candidate {
  #tab;
  /** @type {Question[]} */
  #answers = [];
  /** Tabs that may answer the roll call. */
  #count = 0;
  /** All have answered, or this tab leaves. */
  #heard = new AbortController();

  /** @param {SharedStream} tab */
  constructor(tab) {
    this.#tab = tab;
  }

  leave() {
    this.#heard.abort();
  }

  /** Another tab leads: it took the lock, and this tab has not been notified yet. */
  hear() {
    this.#tab.rejoin();
  }

  /** @param {Question} question */
  answer(question) {
    if (question.roll !== this.#tab.term) return;
    if (this.#answers.push(question) === this.#count) this.#heard.abort();
  }

  /** Calls the roll. Resolves when this tab has caught up with the others as far as it can. */
  async prepare() {
    // Pages of an opaque origin have no locks.
    const locks = await navigator.locks.query().catch(() => undefined);
    const others = locks?.pending?.filter(({ name }) => name === this.#tab.name) ?? [];
    this.#count = others.length;
    if (this.#count > 0) {
      this.#tab.post({ roll: this.#tab.term });
      await pause(HEARING, this.#heard.signal);
    }
    this.#catchUp();
  }

  #catchUp() {
    const tab = this.#tab;
    const others = this.#answers.filter(({ n }) => n !== undefined);
    others.sort((one, other) => rank(one) - rank(other));
    for (const answer of others) {
      // Of those that count otherwise, it can go to the place of one alone.
      if (answer.at === undefined || answer === others[0]) tab.catchUp(answer, true);
    }
    tab.journal.begin();
  }
}
