// npm run bench -- [--quick] [--only CASES] [--servers NAMES] [--out FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { engines } from '../bench/backplane/engines.mjs';
import { cases, groups, roundsOf } from '../bench/cases.mjs';
import { killAll } from '../bench/child.mjs';
import { prepare } from '../bench/prepare.mjs';
import { progress, progressEnd } from '../bench/progress.mjs';
import { report } from '../bench/report.mjs';
import { servers } from '../bench/servers.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    servers: { type: 'string' },
    out: { type: 'string' },
  },
});

function chosen(list, all, groupsOf = {}) {
  const given = list?.split(',') ?? Object.keys(all);
  const names = given.flatMap((name) => groupsOf[name] ?? name);
  const unknown = names.filter((name) => !(name in all));
  if (unknown.length > 0) {
    const choices = [...Object.keys(all), ...Object.keys(groupsOf)];
    throw new Error(`unknown name: ${unknown}; choose from ${choices.join(', ')}`);
  }
  return Object.keys(all).filter((name) => names.includes(name));
}

const median = (numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const seen = new Map();

function note(caseName, serverName, figures) {
  for (const [figure, value] of Object.entries(figures)) {
    const key = `${caseName} ${serverName} ${figure}`;
    seen.set(key, [...(seen.get(key) ?? []), value]);
  }
}

/** The command that reproduces these figures. It omits `--out`, which does not affect them. */
function commandLine() {
  const { quick, only, servers: names } = values;
  const options = [quick && '--quick', only && `--only ${only}`, names && `--servers ${names}`];
  const given = options.filter(Boolean);
  return ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
}

async function measure(caseName, serverName, size) {
  try {
    note(caseName, serverName, await cases[caseName].run(servers[serverName], size));
  } catch (error) {
    throw new Error(`${caseName}, ${serverName}: ${error.message}`, { cause: error });
  }
}

async function main() {
  const names = chosen(values.servers, servers);
  const sizes = Object.fromEntries(
    chosen(values.only, cases, groups).map((name) => [
      name,
      cases[name][values.quick ? 'quick' : 'full'],
    ]),
  );
  progress('preparing');
  const isShared = groups.backplane.some((name) => name in sizes);
  prepare(names, isShared ? Object.values(engines) : []);
  const last = Math.max(
    ...Object.values(sizes).flatMap((size) => names.map((name) => roundsOf(size, name))),
  );
  for (let round = 1; round <= last; round++) {
    for (const [caseName, size] of Object.entries(sizes)) {
      const taking = (cases[caseName].servers ?? names).filter(
        (name) => names.includes(name) && round <= roundsOf(size, name),
      );
      // Even rounds run in reverse order, so that no server always runs on a warmer CPU.
      for (const name of round % 2 ? taking : taking.toReversed()) {
        progress(`round ${round} of ${roundsOf(size, name)}, ${caseName}: ${name}`);
        await measure(caseName, name, size);
      }
    }
  }
  progressEnd();
  const markdown = report({
    median: (...key) => (seen.has(key.join(' ')) ? median(seen.get(key.join(' '))) : undefined),
    names,
    cases: sizes,
    command: commandLine(),
  });
  process.stdout.write(markdown);
  if (values.out) writeFileSync(values.out, markdown);
}

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(130));
}

try {
  await main();
} catch (error) {
  progressEnd();
  console.error(`bench: ${error.message}`);
  process.exit(1);
}
