import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');
const modules = path.join(root, 'node_modules');
const DEADLINE = 120_000;

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost');
    socket.on('error', () => resolve(false));
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/** Runs an example in its own app, with sluice and the packages of the repository installed. */
export class ExampleApp {
  #directory;
  #server;
  #output = '';

  constructor(directory) {
    this.#directory = directory;
    const installed = path.join(directory, 'node_modules');
    mkdirSync(installed, { recursive: true });
    for (const name of readdirSync(modules).filter((name) => !name.startsWith('.'))) {
      symlinkSync(path.join(modules, name), path.join(installed, name));
    }
    symlinkSync(root, path.join(installed, 'sluice'));
    writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
  }

  write({ name, code }) {
    const file = path.join(this.#directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
  }

  /** Compiles TypeScript examples. Puts the output next to the source. */
  compile(...names) {
    const compiler = path.join(modules, 'typescript/bin/tsc');
    const options = ['--strict', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...names], {
      cwd: this.#directory,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }

  /**
   * Starts a server with a free port in `PORT`. Resolves with its origin when it listens.
   */
  async start(name) {
    const port = await freePort();
    const server = spawn(process.execPath, [name], {
      cwd: this.#directory,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#server = server;
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
      });
    }
    const end = Date.now() + DEADLINE;
    while (!(await listens(port))) {
      assert.equal(server.exitCode, null, `${name} ended:\n${this.#output}`);
      assert.ok(Date.now() < end, `${name} does not listen on PORT:\n${this.#output}`);
      await wait(50);
    }
    return `http://localhost:${port}`;
  }

  /**
   * Sends the requests in order, each after the response head of the previous one. Then checks that
   * every response contains the expected text.
   */
  async check(origin, tries) {
    const abort = new AbortController();
    const deadline = AbortSignal.timeout(DEADLINE);
    const signal = AbortSignal.any([abort.signal, deadline]);
    try {
      const answers = [];
      for (const attempt of tries) {
        answers.push({ attempt, response: await request(origin, attempt, signal) });
      }
      for (const { attempt, response } of answers) await this.#finds(attempt, response);
    } finally {
      abort.abort();
    }
  }

  async #finds({ method, path, expects }, response) {
    let text = `HTTP ${response.status}\n`;
    try {
      const chunks = response.body?.pipeThrough(new TextDecoderStream()) ?? [];
      for await (const chunk of chunks) {
        text += chunk;
        if (text.includes(expects)) return;
      }
    } catch (error) {
      if (error.name !== 'TimeoutError') throw error;
    }
    assert.ok(
      text.includes(expects),
      `${method} ${path} did not answer ${JSON.stringify(expects)}, but:\n${text}\n${this.#output}`,
    );
  }

  stop() {
    this.#server?.kill('SIGKILL');
  }
}

function request(origin, { method, path, header, body }, signal) {
  const headers = new Headers();
  if (header) headers.set(...header.split(/:\s*(.*)/, 2));
  if (body?.startsWith('{')) headers.set('content-type', 'application/json');
  return fetch(origin + path, { method, headers, body, signal });
}
