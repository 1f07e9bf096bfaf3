import type { Message, RoomState } from '../events.js';

/** Detects lost and duplicate messages by their numbers. */
export class Timeline {
  received = 0;
  lost = 0;
  doubled = 0;
  #last = 0;
  /** The last message in the state of the room. The stream may repeat it and earlier ones. */
  #known = 0;

  startFrom({ messages }: RoomState) {
    this.#last = messages.at(-1)?.number ?? 0;
    this.#known = this.#last;
  }

  has(number: number) {
    return number <= this.#last;
  }

  /** Counts a message, and returns whether it is new. */
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
