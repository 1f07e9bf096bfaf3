// Runs programs of `support/programs/` in child processes.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connectRaw } from '../../support/clients/raw.mjs';
import { until } from '../../support/until.mjs';

/**
 * Runs a program of `programs/`, which prints its port on the first line, then reports each event
 * on its own line.
 */
export async function run(t, name, { shell, args = [] } = {}) {
  const file = fileURLToPath(new URL(`../../support/programs/${name}.mjs`, import.meta.url));
  const command = [process.execPath, file, ...args];
  const child = shell
    ? spawn('sh', ['-c', `${shell}; exec "$0" "$@"`, ...command], { stdio: 'pipe' })
    : spawn(command[0], command.slice(1), { stdio: 'pipe' });
  t.after(() => child.kill('SIGKILL'));
  const program = { child, out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    program.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    program.err += chunk;
  });
  program.exited = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve(signal ?? code));
  });
  program.says = (line) =>
    until(
      () => program.out.split('\n').includes(line),
      () => `"${line}" in ${JSON.stringify(program)}`,
    );
  const [, port] = await until(
    () => /^port (\d+)\n/.exec(program.out),
    () => `the port in ${JSON.stringify(program)}`,
  );
  program.connect = async (headers = '') => {
    const client = await connectRaw({ port: Number(port), host: '127.0.0.1' });
    t.after(() => client.socket.destroy());
    return client.get('/', headers);
  };
  return program;
}
