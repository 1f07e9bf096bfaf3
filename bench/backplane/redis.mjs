// Redis, as the engine of the bench.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeServer } from '../placement.mjs';

const directories = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin');
const program = directories
  .map((directory) => path.join(directory, 'redis-server'))
  .find((file) => existsSync(file));

/** Milliseconds that Redis may take to start. */
const PATIENCE = 10_000;

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A bare connection, for one command at a time. `ask` resolves with the text of the answer. */
class Connection {
  #socket;

  static async open(port) {
    const connection = new Connection();
    connection.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(connection.#socket, 'connect');
    connection.#socket.on('error', () => {});
    return connection;
  }

  async ask(...words) {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.#socket.write(`*${words.length}\r\n${parts.join('')}`);
    const [bytes] = await once(this.#socket, 'data');
    return bytes.toString();
  }

  close() {
    this.#socket.destroy();
  }
}

class RedisServer {
  /** What the load client calls it. */
  protocol = 'redis';
  #child;
  #directory;
  #commands;

  static async start() {
    const server = new RedisServer();
    server.#directory = await mkdtemp(path.join(tmpdir(), 'sluice-bench-'));
    server.port = await freePort();
    const options = ['--port', server.port, '--bind', '127.0.0.1', '--dir', server.#directory];
    // Nothing is written to a disk.
    const args = [...options, '--save', '', '--appendonly', 'no'].map(String);
    server.#child = spawn(...placeServer([program, args]), { stdio: 'ignore' });
    process.on('exit', server.#kill);
    const deadline = Date.now() + PATIENCE;
    while (!server.#commands) {
      if (Date.now() > deadline) throw new Error('redis-server did not start');
      server.#commands = await Connection.open(server.port).catch(() => sleep(20));
    }
    return server;
  }

  #kill = () => this.#child.kill('SIGKILL');

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** How often a range of a log was read. */
  async reads() {
    const stats = await this.#commands.ask('INFO', 'commandstats');
    return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  /** Publishes to the bare subscribers of the load client. */
  publish(text) {
    return this.#commands.ask('PUBLISH', 'events', text);
  }

  async stop() {
    this.#commands?.close();
    process.off('exit', this.#kill);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#kill();
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function assertInstalled() {
  if (program) return;
  throw new Error('redis-server was not found: install it (Debian, Ubuntu: redis-server)');
}

export const redis = { title: 'Redis', assertInstalled, start: () => RedisServer.start() };
