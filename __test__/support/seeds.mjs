// The seeds of a random test. `SLUICE_SEEDS` sets how many are tried, and `SLUICE_FIRST_SEED` the
// first one, so that a failure can be repeated alone.
import { SOON } from './soon.mjs';

/** `count`: how many seeds are tried if the environment does not say it. */
export function seedsOf(count) {
  const { SLUICE_SEEDS, SLUICE_FIRST_SEED } = process.env;
  const first = Number(SLUICE_FIRST_SEED || 0);
  const seeds = Number(SLUICE_SEEDS || count);
  return {
    first,
    count: seeds,
    all: Array.from({ length: seeds }, (_, at) => first + at),
    // Many seeds may take any time.
    options: SLUICE_SEEDS ? {} : SOON,
  };
}
