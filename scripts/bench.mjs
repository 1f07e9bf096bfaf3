// npm run bench -- [--quick] [--only CASES] [--servers NAMES] [--out FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { cases, groups, roundsOf } from '../bench/cases.mjs';
import { killAll } from '../bench/child.mjs';
import { median } from '../bench/format.mjs';
import { prepare } from '../bench/prepare.mjs';
import { progress, progressEnd } from '../bench/progress.mjs';
import { report } from '../bench/report.mjs';
import { servers } from '../bench/servers.mjs';
import { verdictsOf } from '../bench/targets.mjs';

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

/** The command that reproduces these figures. It omits `--out`, which does not affect them. */
function commandLine() {
  const { quick, only, servers: names } = values;
  const options = [quick && '--quick', only && `--only ${only}`, names && `--servers ${names}`];
  const given = options.filter(Boolean);
  return ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' ');
}

/** The cases of this run, each with its size, its servers and its collected figures. */
function plan(names) {
  return chosen(values.only, cases, groups).map((name) => {
    const module = cases[name];
    const seen = new Map();
    return {
      name,
      module,
      size: values.quick ? module.quick : module.full,
      names: module.servers.filter((server) => names.includes(server)),
      /** Seconds. */
      spent: 0,
      note(server, figures) {
        for (const [figure, value] of Object.entries(figures)) {
          const key = `${server} ${figure}`;
          seen.set(key, [...(seen.get(key) ?? []), value]);
        }
      },
      of: (server, figure) => median(seen.get(`${server} ${figure}`)),
    };
  });
}

/** Measures all rounds. Returns a line for each measurement that failed. */
async function measure(measured) {
  const failures = [];
  const failed = new Set();
  const rounds = ({ size, names }) => names.map((name) => roundsOf(size, name));
  const last = Math.max(...measured.flatMap(rounds));
  for (let round = 1; round <= last; round++) {
    for (const one of measured) {
      const { name, module, size, names, note } = one;
      const taking = names.filter(
        (server) => round <= roundsOf(size, server) && !failed.has(`${name} ${server}`),
      );
      // Even rounds run in reverse order, so that no server always runs on a warmer CPU.
      for (const server of round % 2 ? taking : taking.toReversed()) {
        progress(`round ${round} of ${roundsOf(size, server)}, ${name}: ${server}`);
        const began = performance.now();
        try {
          note(server, await module.run(servers[server], size));
        } catch (error) {
          failed.add(`${name} ${server}`);
          failures.push(`**${name}, ${server} failed**: ${error.message}`);
          progress(failures.at(-1));
        }
        one.spent += (performance.now() - began) / 1000;
      }
    }
  }
  return failures;
}

async function main() {
  const wanted = chosen(values.servers, servers);
  progress('preparing');
  const missing = wanted.filter((name) => servers[name].missing?.());
  const names = wanted.filter((name) => !missing.includes(name));
  const measured = plan(names);
  prepare(
    names,
    measured.flatMap(({ module }) => module.needs ?? []),
  );
  const failures = await measure(measured);
  progress(measured.map(({ name, spent }) => `${name} took ${Math.round(spent)} s`).join(', '));
  if (process.stderr.isTTY) process.stderr.write('\n');
  const verdicts = measured.flatMap(({ module, of }) => verdictsOf(module, of));
  const leftOut = missing
    .filter((name) => measured.some(({ module }) => module.servers.includes(name)))
    .map((name) => `${name} was left out: ${servers[name].missing()}`);
  const markdown = report({
    measured,
    names,
    command: commandLine(),
    notes: [...leftOut, ...failures],
    verdicts,
  });
  process.stdout.write(markdown);
  if (values.out) writeFileSync(values.out, markdown);
  if (failures.length > 0 || verdicts.some(({ isMet }) => !isMet)) process.exitCode = 1;
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
