import { COMMITTED } from './committed.mjs';
import { reportOf } from './count.mjs';

/** Growth that fails the check, in percent: with the committed rustc, and with another one. */
const BOUND = 10;
const OTHER_RUSTC_BOUND = 25;

/** The advice for faults. */
export const ADVICE =
  `If the change is worth it, run "npm run instructions -- --write", and commit ${COMMITTED} ` +
  'with the reason.';

/** The growth of each operation, in percent; NaN if only one side has it. */
export function growths(before, now) {
  const names = new Set([...Object.keys(before.instructions), ...Object.keys(now.instructions)]);
  return [...names].map((name) => {
    const [from, to] = [before.instructions[name], now.instructions[name]];
    return { name, from, to, growth: ((to - from) / from) * 100 };
  });
}

/** How much an operation may grow, in percent. Another rustc generates other code. */
export const boundOf = (before, now) => (before.rustc === now.rustc ? BOUND : OTHER_RUSTC_BOUND);

/** Returns a line for each operation that has grown too much, or that only one side has. */
export function faults(before, now) {
  const bound = boundOf(before, now);
  const compiler =
    before.rustc === now.rustc ? '' : ` with rustc ${now.rustc} instead of ${before.rustc}`;
  return growths(before, now).flatMap(({ name, from, to, growth }) => {
    if (from === undefined) return [`"${name}" has no committed figure`];
    if (to === undefined) return [`"${name}" has a committed figure, but was not counted`];
    if (growth <= bound) return [];
    return [
      `"${name}" takes ${to} instructions, ${growth.toFixed(1)} % more than the committed ${from}` +
        ` (at most ${bound} %${compiler}): callgrind_annotate ${reportOf(name)}`,
    ];
  });
}
