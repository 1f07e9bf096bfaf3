// The case `steady` without pinning: the scheduler places the threads of the server and the client.
import { servers as all } from '../servers.mjs';
import { broadcast, conditions as pinned, targetsOf } from './steady.mjs';

export const servers = ['floor', 'sluice', 'nchan'];

export const full = { rounds: 5, connections: 5_000, events: 50, rate: 5 };
export const quick = { rounds: 2, connections: 5_000, events: 10, rate: 5 };

export const conditions = (size) => `${pinned(size).replace('steady', 'unpinned')}, not pinned`;

export const run = (server, size) => broadcast(server, size, false);

export function tables({ of, names, cell, table }) {
  const figures = ['cpu', 'p50', 'p99'];
  const heads = ['not pinned', 'CPU, µs per delivery', 'latency p50, ms', 'latency p99, ms'];
  return [
    table(
      heads,
      names.map((name) => [all[name].title(), ...figures.map((figure) => cell(of(name, figure)))]),
    ),
  ];
}

export const targets = targetsOf(', not pinned');
