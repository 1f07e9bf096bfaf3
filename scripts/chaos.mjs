// npm run chaos -- [--engine redis|nats] [--seed N] [--clients N] [--rounds N]
import { parseArgs } from 'node:util';
import { runChaos } from '../__test__/backplane/chaos/run.mjs';
import { NatsServer, noNats } from '../__test__/backplane/nats-server.mjs';
import { noRedis, RedisServer } from '../__test__/backplane/redis-server.mjs';

const USAGE = 'usage: npm run chaos -- [--engine redis|nats] [--seed N] [--clients N] [--rounds N]';
const ENGINES = {
  nats: { engine: NatsServer, missing: noNats },
  redis: { engine: RedisServer, missing: noRedis },
};

function fail(message) {
  console.error(`sluice: ${message}`);
  process.exit(1);
}

function read() {
  const text = { type: 'string' };
  try {
    const options = { engine: text, seed: text, clients: text, rounds: text };
    const { values } = parseArgs({ options });
    const { engine = 'redis', seed = Date.now() % 2 ** 31, clients = 2000, rounds = 60 } = values;
    const numbers = { seed: Number(seed), clients: Number(clients), rounds: Number(rounds) };
    for (const [name, value] of Object.entries(numbers)) {
      if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a number`);
    }
    if (!Object.hasOwn(ENGINES, engine)) throw new Error(`unknown engine: ${engine}`);
    return { ...ENGINES[engine], ...numbers };
  } catch (error) {
    return fail(`${error.message}\n${USAGE}`);
  }
}

const { missing, ...given } = read();
if (missing) fail(missing);
const cleanups = [];
const t = { after: (cleanup) => cleanups.push(cleanup) };
const cleanUp = async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
};
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => cleanUp().finally(() => process.exit(1)));
}

console.log(`seed ${given.seed}, ${given.clients} clients, ${given.rounds} rounds`);
const isTerminal = process.stdout.isTTY;
const log = (line) => isTerminal && process.stdout.write(`\r\x1b[K${line}`);
try {
  const { faults, failed, ...counts } = await runChaos(t, { ...given, log });
  if (isTerminal) console.log();
  console.log(
    Object.entries(counts)
      .map(([what, count]) => `${what}: ${count}`)
      .join(', '),
  );
  for (const line of [...failed, ...faults].slice(0, 20)) console.error(line);
  const isWrong = faults.length > 0 || failed.length > 0 || counts.twice > 0;
  if (isWrong) process.exitCode = 1;
  console.log(isWrong ? `FAILED: --seed ${given.seed} repeats it` : 'passed');
} finally {
  await cleanUp();
}
