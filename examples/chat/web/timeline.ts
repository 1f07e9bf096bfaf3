import type { Message, RoomState } from '../events.js';

/** Sees by their numbers whether messages are lost or come twice. */
export class Timeline {
  received = 0;
  lost = 0;
  doubled = 0;
  #last = 0;
  /** The last one that came with the state of the room, and may come with the stream too. */
  #known = 0;

  startFrom({ messages }: RoomState) {
    this.#last = messages.at(-1)?.number ?? 0;
    this.#known = this.#last;
  }

  has(number: number) {
    return number <= this.#last;
  }

  /** Whether it is new. */
  take({ number }: Message) {
    if (number <= this.#known) return false;
    this.received += 1;
    if (number <= this.#last) {
      this.doubled += 1;
      return false;
    }
    this.lost += number - this.#last - 1;
    this.#last = number;
    return true;
  }
}
