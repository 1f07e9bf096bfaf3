import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.mjs';
import { Answer } from './answer.mjs';

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');
const modules = path.join(root, 'node_modules');
const DEADLINE = 120_000;
/** A placeholder for an id of the first response. */
const ID = /\{id (\d+)\}/g;

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
    const options = [
      '--strict',
      '--module',
      'nodenext',
      '--types',
      'node',
      '--skipLibCheck',
      '--experimentalDecorators',
    ];
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...names], {
      cwd: this.#directory,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }

  /** Runs the TypeScript compiler with the arguments of a command. */
  compileWith(words) {
    this.#run('typescript/bin/tsc', words);
  }

  /** Runs esbuild with the arguments of a command, and returns the bundle of a program. */
  bundle(words, program) {
    const name = words.find((word) => !word.startsWith('-'));
    this.write({ name, code: program });
    this.#run('esbuild-wasm/bin/esbuild', words);
    const output = words.find((word) => word.startsWith('--outfile=')).slice('--outfile='.length);
    return readFileSync(path.join(this.#directory, output), 'utf8');
  }

  #run(tool, words) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(modules, tool), ...words],
      {
        cwd: this.#directory,
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stdout + stderr);
  }

  /** Type-checks snippets of programs or pages. */
  checkTypes(...names) {
    const compiler = path.join(modules, 'typescript/bin/tsc');
    const options = ['--strict', '--noImplicitAny', 'false', '--module', 'nodenext', '--noEmit'];
    const libraries = ['--lib', 'es2024,dom', '--types', 'node', '--skipLibCheck'];
    const { status, stdout } = spawnSync(
      process.execPath,
      [compiler, ...options, ...libraries, ...names],
      { cwd: this.#directory, encoding: 'utf8' },
    );
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
      for (const given of tries) {
        const attempt = await this.#withIds(given, answers[0]);
        answers.push(new Answer(attempt, await request(origin, attempt, signal)));
      }
      for (const answer of answers) await this.#finds(answer);
    } finally {
      abort.abort();
    }
  }

  /**
   * Replaces `{id 1}` with the first id of the first answer, and so on.
   * @param {Answer} [first] undefined for the first try itself
   */
  async #withIds(attempt, first) {
    const places = Object.values(attempt).flatMap((text) =>
      Array.from(text?.matchAll(ID) ?? [], ([, place]) => Number(place)),
    );
    if (places.length === 0) return attempt;
    assert.ok(first, 'the first try of an example has no ids of an earlier one');
    const last = Math.max(...places);
    await first.until(() => first.ids.length >= last);
    assert.ok(first.ids.length >= last, `no ${last} ids, but:\n${first.text}\n${this.#output}`);
    const replaced = (text, end) => text?.replace(ID, (_, place) => first.ids[place - 1] + end);
    // An expected id includes its line end. Otherwise, it could match the start of a later id.
    const expects = replaced(attempt.expects, '\n');
    return { ...attempt, header: replaced(attempt.header, ''), expects };
  }

  async #finds(answer) {
    const { method, path, expects } = answer.attempt;
    await answer.until(() => answer.text.includes(expects));
    assert.ok(
      answer.text.includes(expects),
      `${method} ${path} did not answer ${JSON.stringify(expects)}, but:\n` +
        `${answer.text}\n${this.#output}`,
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
