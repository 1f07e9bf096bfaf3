import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

const QUICK_TURNS = 50;
/** Milliseconds between two looks, so that long waits leave the processor to others. */
const LONGEST_PAUSE = 25;
/** A guard against hanging alone: below that of the tests, so that it says what is missing. */
const GUARD = 120_000;

/** Polls until the condition holds, and resolves with its first truthy value. */
export async function until(condition, what, deadline = GUARD) {
  const latest = Date.now() + deadline;
  for (let turns = 0; ; turns += 1) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > latest) {
      throw new Error(`waited in vain for ${typeof what === 'function' ? what() : what}`);
    }
    await (turns < QUICK_TURNS ? turn() : sleep(Math.min(LONGEST_PAUSE, turns / 12)));
  }
}
