// Pins the client to the last core and the server to the others. On a shared core, the figures
// depend on which of the two the scheduler preempts, and vary by a quarter from run to run.
import { readFileSync } from 'node:fs';

function allowedCores() {
  const [, list] = readFileSync('/proc/self/status', 'utf8').match(/^Cpus_allowed_list:\s*(.+)$/m);
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_none, index) => first + index);
  });
}

function place([command, args], chooseCores) {
  const cores = allowedCores();
  if (cores.length < 2) return [command, args];
  return ['taskset', ['-c', chooseCores(cores).join(','), command, ...args]];
}

export const placeClient = (command) => place(command, (cores) => cores.slice(-1));
export const placeServer = (command) => place(command, (cores) => cores.slice(0, -1));
