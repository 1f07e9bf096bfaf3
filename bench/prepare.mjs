// Builds and installs the parts of the bench that are missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

function run(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2] });
  if (error) throw new Error(`cannot run ${command}; install it first`, { cause: error });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`);
}

/** `needs`: programs that must be installed. */
export function prepare(names, needs) {
  if (process.platform !== 'linux') {
    throw new Error('the bench needs Linux, because its load client uses epoll');
  }
  if (spawnSync('taskset', ['-p', '1']).error)
    throw new Error('taskset was not found: install util-linux');
  for (const program of needs) program.assertInstalled();
  const root = directory('..');
  const built = readdirSync(root).some((name) => name.endsWith('.node'));
  if (names.includes('sluice') && !built) run(root, npm, 'run', 'build');
  const { dependencies } = JSON.parse(readFileSync(directory('package.json'), 'utf8'));
  const isThere = (name) => existsSync(directory(`node_modules/${name}`));
  if (!Object.keys(dependencies).every(isThere)) {
    run(directory('.'), npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error');
  }
  run(directory('load'), 'cargo', 'build', '--workspace', '--release', '--quiet', '--locked');
}
