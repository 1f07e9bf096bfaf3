// A server program on a free port, with its own directory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placeServer } from '../placement.mjs';

/** The time limit for a program to start, in milliseconds. */
const PATIENCE = 10_000;

function find(name) {
  const directories = (process.env.PATH ?? '').split(path.delimiter).concat('/usr/sbin');
  return directories.map((directory) => path.join(directory, name)).find(existsSync);
}

/** The program has the same name as its Debian package. */
export function assertInstalled(name) {
  if (!find(name)) throw new Error(`${name} was not found: install it (Debian, Ubuntu: ${name})`);
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A bare connection. `next` resolves with the next text that arrives. */
export class Connection {
  #socket;

  static async open(port) {
    const connection = new Connection();
    connection.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    await once(connection.#socket, 'connect');
    connection.#socket.on('error', () => {});
    return connection;
  }

  write(text) {
    this.#socket.write(text);
  }

  async next() {
    const [bytes] = await once(this.#socket, 'data');
    return bytes.toString();
  }

  close() {
    this.#socket.destroy();
  }
}

export class Program {
  #child;
  #directory;

  /** `argumentsFor(port, directory)` returns the arguments. */
  static async start(name, argumentsFor) {
    const program = new Program();
    program.#directory = await mkdtemp(path.join(tmpdir(), 'sluice-bench-'));
    program.port = await freePort();
    const args = argumentsFor(program.port, program.#directory).map(String);
    program.#child = spawn(...placeServer([find(name), args]), { stdio: 'ignore' });
    process.on('exit', program.#kill);
    const deadline = Date.now() + PATIENCE;
    while (!program.connection) {
      if (Date.now() > deadline) throw new Error(`${name} did not start`);
      program.connection = await Connection.open(program.port).catch(() => sleep(20));
    }
    return program;
  }

  #kill = () => this.#child.kill('SIGKILL');

  async stop() {
    this.connection?.close();
    process.off('exit', this.#kill);
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#kill();
      await once(this.#child, 'exit');
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}
