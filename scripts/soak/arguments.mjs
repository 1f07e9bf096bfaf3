import { parseArgs } from 'node:util';

export const USAGE = 'usage: npm run soak -- [--minutes N] [--only STAGE]... [--seed N]';

/** Reads the options. Throws an error that explains an invalid option. */
export function readArguments(args, stages) {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '60' },
      only: { type: 'string', multiple: true, default: [] },
      seed: { type: 'string', default: '0' },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes must be above 0, but is ${values.minutes}`);
  const seed = Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0 || seed > 2 ** 31 - 1) {
    throw new Error(`--seed must be a whole number below 2147483648, but is ${values.seed}`);
  }
  const names = stages.map(({ name }) => name);
  const unknown = values.only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new Error(`there is no stage "${unknown[0]}"; choose from: ${names.join('; ')}`);
  }
  const { only } = values;
  const chosen = stages.filter(({ name }) => only.length === 0 || only.includes(name));
  return { minutes, seed, stages: chosen };
}
