// Starts Redis on a free port, with a directory of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/free-port.mjs';
import { until } from '../support/until.mjs';

const directories = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin');
const program = directories
  .map((directory) => path.join(directory, 'redis-server'))
  .find((file) => existsSync(file));

/** Why the tests cannot run here, or false. */
export const noRedis =
  !program && 'redis-server is missing: install it (Debian, Ubuntu: apt-get install redis-server)';

export class RedisServer {
  #directory;
  #child;

  static async start(t) {
    const server = new RedisServer();
    server.port = await freePort();
    server.#directory = await mkdtemp(path.join(tmpdir(), 'sluice-redis-'));
    t.after(async () => {
      await server.stop();
      await rm(server.#directory, { recursive: true, force: true });
    });
    await server.start();
    return server;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Also starts it again, with what it has written to its file. */
  async start() {
    const options = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#directory];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    this.#child = spawn(program, [...options, ...durable].map(String), { stdio: 'ignore' });
    await until(() => this.command('PING').catch(() => false), 'Redis');
  }

  async stop(signal = 'SIGKILL') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Sends one command, and resolves with the text of the answer. */
  async command(...words) {
    const socket = net.connect(this.port, '127.0.0.1');
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    try {
      await once(socket, 'connect');
      socket.end(`*${words.length}\r\n${parts.join('')}`);
      let text = '';
      for await (const chunk of socket.setEncoding('utf8')) text += chunk;
      if (text.startsWith('-')) throw new Error(text);
      return text;
    } finally {
      socket.destroy();
    }
  }
}
