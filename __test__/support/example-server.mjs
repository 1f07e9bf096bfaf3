// Starts the programs of `examples/`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * Runs a program of `examples/` and waits until it prints its URL. `port` can be the port of an
 * earlier program. `env`: additional environment variables.
 */
export async function startExample(t, program, port = 0, env = {}) {
  const file = fileURLToPath(new URL(`../../examples/${program}`, import.meta.url));
  const server = spawn(process.execPath, [file], {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => server.kill('SIGKILL'));
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
  const origin = line.match(/http:\S+/)[0];
  return {
    origin,
    port: new URL(origin).port,
    async stop(signal = 'SIGTERM') {
      const exit = once(server, 'exit');
      server.kill(signal);
      return exit;
    },
  };
}
