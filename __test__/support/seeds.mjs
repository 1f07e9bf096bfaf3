// The seeds of a random test. `SLUICE_SEEDS` sets their number, and `SLUICE_FIRST_SEED` the first
// seed, so a failure can be repeated alone.
import { SOON } from './soon.mjs';

/** `count`: the number of seeds if `SLUICE_SEEDS` is not set. */
export function seedsOf(count) {
  const { SLUICE_SEEDS, SLUICE_FIRST_SEED } = process.env;
  const first = Number(SLUICE_FIRST_SEED || 0);
  const seeds = Number(SLUICE_SEEDS || count);
  return {
    first,
    count: seeds,
    all: Array.from({ length: seeds }, (_, at) => first + at),
    // Many seeds have no time limit.
    options: SLUICE_SEEDS ? {} : SOON,
  };
}
