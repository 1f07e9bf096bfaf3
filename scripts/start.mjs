import { build } from './build.mjs';
import { install } from './install.mjs';
import { requireTools } from './toolchain.mjs';

requireTools();
for (const prepare of [install, build]) {
  const code = await prepare();
  if (code !== 0) process.exit(code);
}

// `npm` sends SIGTERM to its shell only. Without this check, the server would outlive the shell.
const parent = process.ppid;
const orphaned = () => process.ppid !== parent && process.kill(process.pid, 'SIGTERM');
if (process.env.npm_lifecycle_event) setInterval(orphaned, 500).unref();

await import('../examples/dashboard/server.js');
