// Measures how costs grow with connections, channels and the size of events, and draws charts.
//
//   node bench/growth.mjs [--quick] [--draw]
//
// Writes `growth/data.json` and a picture of each axis. `--draw` draws the figures that are there.
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { killAll } from './child.mjs';
import { axes, measureAll } from './growth/axes.mjs';
import { draw } from './growth/draw.mjs';
import { prepare } from './prepare.mjs';
import { progressEnd } from './progress.mjs';
import { peers, servers } from './servers.mjs';

const file = (name) => fileURLToPath(new URL(`growth/${name}`, import.meta.url));
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});

/** The description of the machine in the pictures. */
function conditions() {
  const cores = `${availableParallelism()} cores`;
  const system = `${process.platform} ${process.arch}, Node.js ${process.version}`;
  return `${cpus()[0].model.trim()}, ${cores}, ${system}`;
}

async function measure() {
  const left = peers.map((name) => [name, servers[name]]).filter(([, { missing }]) => missing?.());
  for (const [name, server] of left) console.error(`${name} is left out: ${server.missing()}`);
  const names = peers.filter((name) => !servers[name].missing?.());
  prepare(names, []);
  const rows = await measureAll(names, values.quick);
  const titles = Object.fromEntries(names.map((name) => [name, servers[name].title()]));
  const date = new Date().toISOString().slice(0, 10);
  const data = { date, machine: conditions(), titles, rows };
  writeFileSync(file('data.json'), `${JSON.stringify(data, null, 2)}\n`);
}

process.on('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(130));
}

if (!values.draw) await measure();
const data = JSON.parse(readFileSync(file('data.json'), 'utf8'));
for (const axis of Object.keys(axes)) writeFileSync(file(`${axis}.svg`), await draw(axis, data));
progressEnd();
