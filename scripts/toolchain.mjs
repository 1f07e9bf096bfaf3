import { spawnSync } from 'node:child_process';

const NODE = [20, 19];

function answers(program) {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Returns one line for each tool that is missing and must be installed by hand. */
export function missingTools() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const missing = [];
  if (major < NODE[0] || (major === NODE[0] && minor < NODE[1])) {
    missing.push(
      `Node.js ${process.versions.node} is too old: ` +
        `install ${NODE.join('.')} or newer from https://nodejs.org`,
    );
  }
  if (!answers('cargo')) {
    missing.push(
      'cargo was not found: install the Rust toolchain from https://rustup.rs, ' +
        'then open a new terminal',
    );
  }
  if (process.platform !== 'win32' && !answers('cc')) {
    missing.push(
      'cc was not found, but Rust needs it to link: ' +
        'install a C compiler (Debian: apt-get install gcc libc6-dev)',
    );
  }
  return missing;
}

/** Prints a line for each missing tool, and exits if there is one. */
export function requireTools() {
  const missing = missingTools();
  for (const line of missing) console.error(`sluice: ${line}`);
  if (missing.length > 0) process.exit(1);
}
