import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { root } from '../process.mjs';

const groups = process.platform !== 'win32';
const running = new Set();

/** Ends all running programs. */
export function killAll() {
  for (const child of running) {
    try {
      if (groups) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // The process has just exited.
    }
  }
}

/** The resident memory of a process group in bytes, or 0 where there is no /proc. */
function residentMemory(group) {
  let pages = 0;
  try {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const [, , processGroup] = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .split(') ')[1]
          .split(' ');
        if (Number(processGroup) !== group) continue;
        pages += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      } catch {
        // The process has ended in the meantime.
      }
    }
  } catch {
    return 0;
  }
  return pages * 4096;
}

/**
 * Runs a program in a separate process group. Resolves with its exit code, its output, the seconds
 * that it took, and the most resident memory that the group had.
 */
export function runBatch(program, args, env) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(program, args, {
      cwd: root,
      // A test of the soak would pass this variable on, and `node --test` would then report to its
      // parent.
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
      detached: groups,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    let memory = 0;
    const sampling = setInterval(() => {
      memory = Math.max(memory, residentMemory(child.pid));
    }, 1000);
    const done = (code) => {
      clearInterval(sampling);
      running.delete(child);
      resolve({ code, output, memory, seconds: (performance.now() - started) / 1000 });
    };
    child.on('error', (error) => {
      output += error.message;
      done(1);
    });
    child.on('close', (code, signal) => done(signal ?? code));
  });
}
