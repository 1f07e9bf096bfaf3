// Starts NATS with JetStream on a free port, with a directory of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../support/free-port.mjs';
import { until } from '../support/until.mjs';

const directories = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin');
const program = directories
  .map((directory) => path.join(directory, 'nats-server'))
  .find((file) => existsSync(file));

/** The reason to skip the tests, or false. */
export const noNats =
  !program && 'nats-server is missing: install it (Debian, Ubuntu: apt-get install nats-server)';

const answers = (port) =>
  new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

export class NatsServer {
  #directory;
  #child;

  /** @param more additional lines of the configuration */
  static async start(t, more = '') {
    const server = new NatsServer();
    server.port = await freePort();
    server.#directory = await mkdtemp(path.join(tmpdir(), 'sluice-nats-'));
    const jetstream = `jetstream { store_dir: "${server.#store}", max_file: 1G }`;
    const settings = [`listen: "127.0.0.1:${server.port}"`, jetstream, more];
    await writeFile(server.#configuration, settings.join('\n'));
    t.after(async () => {
      await server.stop();
      await rm(server.#directory, { recursive: true, force: true });
    });
    await server.start();
    return server;
  }

  get #configuration() {
    return path.join(this.#directory, 'nats.conf');
  }

  get #store() {
    return path.join(this.#directory, 'store');
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts the server, or restarts it with the data in its files. */
  async start() {
    this.#child = spawn(program, ['-c', this.#configuration], { stdio: 'ignore' });
    await until(() => answers(this.port), 'NATS');
  }

  /** Stops the server with SIGTERM: when killed, it may lose acknowledged messages. */
  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  /** Saves the data for `goBack()`. The server must not be running. */
  async remember() {
    await cp(this.#store, `${this.#store}-before`, { recursive: true });
  }

  /** Restores the saved data. The server must not be running. */
  async goBack() {
    await this.clear();
    await cp(`${this.#store}-before`, this.#store, { recursive: true });
  }

  /** Deletes all data. The server must not be running. */
  async clear() {
    await rm(this.#store, { recursive: true, force: true });
  }
}
