// npm run fuzz -- [SECONDS]: runs each fuzz target, then each model of the threads, for that long.
import { run } from './process.mjs';

const seconds = Number(process.argv[2] ?? 60);
if (!(seconds > 0)) {
  console.error(`sluice: ${process.argv[2]} is not a number of seconds; usage: npm run fuzz -- 60`);
  process.exit(1);
}

const test = (args, env) =>
  run('cargo', ['test', '--locked', '--no-default-features', '--lib', ...args], {
    env: { ...process.env, ...env },
  });

const fuzzed = await test(['fuzz::'], { BOLERO_RANDOM_TEST_TIME_MS: String(seconds * 1000) });
const modelled = await test(['--features', 'models', 'models::'], {
  SLUICE_MODEL_SECONDS: String(seconds),
});
process.exitCode = fuzzed || modelled;
