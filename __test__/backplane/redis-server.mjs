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
export const redisProgram = directories
  .map((directory) => path.join(directory, 'redis-server'))
  .find((file) => existsSync(file));

/** The reason to skip the tests, or false. */
export const noRedis =
  !redisProgram &&
  'redis-server is missing: install it (Debian, Ubuntu: apt-get install redis-server)';

export class RedisServer {
  #directory;
  #child;
  #options;

  /** @param options additional arguments, such as `--appendonly no` */
  static async start(t, options = []) {
    const server = new RedisServer();
    server.port = await freePort();
    server.#options = options;
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

  /** Starts the server, or restarts it with the data in its file. */
  async start() {
    const place = ['--port', this.port, '--bind', '127.0.0.1', '--dir', this.#directory];
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const options = [...place, ...durable, ...this.#options];
    this.#child = spawn(redisProgram, options.map(String), { stdio: 'ignore' });
    await until(() => this.command('PING').catch(() => false), 'Redis');
  }

  async stop(signal = 'SIGKILL') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Sends a signal to the process, such as SIGSTOP or SIGCONT. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Sends one command. Resolves with the text of the answer. */
  command(...words) {
    return RedisServer.ask(this.port, ...words);
  }

  static async ask(port, ...words) {
    const socket = net.connect(port, '127.0.0.1');
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
