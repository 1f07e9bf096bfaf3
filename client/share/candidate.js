import { pause } from '../interruption.js';
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
 * A tab that has got the lock. Before it leads, it hears what the others have and it lacks, so that
 * it resumes from the newest event that it can.
 */
export class Candidate {
  #tab;
  /** @type {Question[]} */
  #answers = [];
  /** Tabs that may answer. */
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

  /** Another tab leads: the lock was taken away, and we have not heard of it yet. */
  hear() {
    this.#tab.rejoin();
  }

  /** @param {Question} question */
  answer(question) {
    if (question.roll !== this.#tab.term) return;
    if (this.#answers.push(question) === this.#count) this.#heard.abort();
  }

  /** Calls the roll. Resolves when this tab has what the others have, as far as it follows. */
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
