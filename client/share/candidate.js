import { pause } from '../connection/interruption.js';
import { HEARING } from './protocol.js';

/**
 * @import { Question } from './protocol.js'
 * @import { SharedStream } from './shared-stream.js'
 */

/**
 * Returns the sort key of an answer. First come tabs in the candidate's line, ordered by their
 * first event. Then come tabs in other lines: those that know the candidate's position, then the
 * rest.
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
  /** The number of tabs that can answer the roll call. */
  #count = 0;
  /** Aborted when all tabs have answered, or when this tab leaves. */
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
      // An answer from another line makes this tab adopt that line, so only the first one may.
      if (answer.at === undefined || answer === others[0]) tab.catchUp(answer, true);
    }
    tab.journal.begin();
  }
}
