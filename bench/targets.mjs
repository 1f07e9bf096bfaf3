// Checks the figures of a case against its targets.
import { significant } from './format.mjs';

function verdict({ text, figure, most, least }, of) {
  const value = figure(of);
  if (value === undefined || Number.isNaN(value)) return undefined;
  const excess = most === undefined ? least - value : value - most;
  const bound =
    most === undefined ? `at least ${significant(least)}` : `at most ${significant(most)}`;
  const isMet = excess <= 0;
  const end = isMet ? 'holds' : `**misses by ${significant(excess)}**`;
  return { isMet, line: `- ${text}: ${significant(value)} (${bound}) ${end}` };
}

/** `{ isMet, line }` for each target whose figures were measured. */
export const verdictsOf = ({ targets = [] }, of) =>
  targets.map((target) => verdict(target, of)).filter(Boolean);
