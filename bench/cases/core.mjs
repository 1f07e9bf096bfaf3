// The case of the core alone, without JavaScript, threads, sockets or a kernel.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { grouped } from '../format.mjs';

export const servers = ['sluice'];

export const full = { rounds: 5, members: 1_000_000 };
export const quick = { rounds: 1, members: 100_000 };

export const conditions = ({ members }) =>
  `core: ${grouped(members)} members of a channel in a process without JavaScript, threads, ` +
  'sockets and a kernel, 15 events of 140 bytes, one at a time';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CARGO = ['bench', '--quiet', '--locked', '--no-default-features', '--features', 'bench'];

/** The number before a unit in the output of the program. */
function figure(output, unit) {
  const [, number] = new RegExp(`([\\d.]+) ${unit}`).exec(output) ?? [];
  if (number === undefined) throw new Error(`no "${unit}" in the output: ${output}`);
  return Number(number);
}

export async function run(_server, { members }) {
  const args = [...CARGO, '--bench', 'members', '--', String(members)];
  const { stdout } = await promisify(execFile)('cargo', args, { cwd: ROOT });
  return {
    time: figure(stdout, 'ns per member and event'),
    allocated: figure(stdout, 'bytes per member allocated'),
    resident: figure(stdout, 'bytes per member resident'),
  };
}

export function tables({ of, size, cell, table }) {
  const heads = [`the core alone, ${grouped(size.members)} members`, ''];
  return [
    table(heads, [
      ['ns per member and event', cell(of('sluice', 'time'))],
      ['bytes per member, allocated', cell(of('sluice', 'allocated'))],
      ['bytes per member, resident', cell(of('sluice', 'resident'))],
    ]),
  ];
}

export const targets = [
  {
    text: 'ns per member and event of the core alone',
    figure: (of) => of('sluice', 'time'),
    most: 60,
  },
  {
    text: 'bytes per member of the core alone',
    figure: (of) => of('sluice', 'allocated'),
    most: 300,
  },
];
