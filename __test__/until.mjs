import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

const QUICK_TURNS = 50;

/** Polls until the condition holds, and resolves with its first truthy value. */
export async function until(condition, what, deadline = 20_000) {
  const latest = Date.now() + deadline;
  for (let turns = 0; ; turns += 1) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > latest) {
      throw new Error(`waited in vain for ${typeof what === 'function' ? what() : what}`);
    }
    await (turns < QUICK_TURNS ? turn() : sleep(4));
  }
}
