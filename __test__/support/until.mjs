// Waits for conditions, so tests do not depend on the speed of the machine.
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

const QUICK_TURNS = 50;
/** The longest pause between two checks in milliseconds. Long waits then use little CPU. */
const LONGEST_PAUSE = 25;
/** Milliseconds. Shorter than a test's timeout, so the error names the condition. */
const GUARD = 120_000;

/** Polls until the condition returns a truthy value, and resolves with it. */
export async function until(condition, what, deadline = GUARD) {
  const latest = Date.now() + deadline;
  for (let turns = 0; ; turns += 1) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > latest) {
      throw new Error(`timed out waiting for ${typeof what === 'function' ? what() : what}`);
    }
    await (turns < QUICK_TURNS ? turn() : sleep(Math.min(LONGEST_PAUSE, turns / 12)));
  }
}
