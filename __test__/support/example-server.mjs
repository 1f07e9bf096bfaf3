// Starts the programs of `examples/`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs a program of `examples/` and waits until it prints its address. */
export async function startExample(t, program) {
  const file = fileURLToPath(new URL(`../../examples/${program}`, import.meta.url));
  const server = spawn(process.execPath, [file], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  return {
    origin: line.match(/http:\S+/)[0],
    async stop() {
      const exit = once(server, 'exit');
      server.kill('SIGTERM');
      return exit;
    },
  };
}
