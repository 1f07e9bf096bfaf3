import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, '../../node_modules');

function find(program) {
  for (const directory of process.env.PATH.split(path.delimiter)) {
    const file = path.join(directory, program);
    try {
      accessSync(file);
      return realpathSync(file);
    } catch {}
  }
  throw new Error(`${program} is not in the PATH`);
}

/** An empty app that finds Node and npm in its PATH, but no build tools. */
export class FreshApp {
  #environment;

  constructor(directory) {
    this.directory = directory;
    const bin = path.join(directory, 'bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, path.join(bin, 'node'));
    for (const program of ['npm', 'sh']) symlinkSync(find(program), path.join(bin, program));
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(CARGO|RUST|NODE_PATH|NODE_OPTIONS|NODE_TEST)/.test(name),
    );
    this.#environment = { ...Object.fromEntries(inherited), PATH: bin };
    writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
    cpSync(path.join(here, 'app'), directory, { recursive: true });
    for (const name of ['faces', 'server']) {
      cpSync(path.join(here, `app/${name}.ts`), path.join(directory, `${name}.mts`));
    }
  }

  run(program, ...args) {
    return spawnSync(program, args, {
      cwd: this.directory,
      env: this.#environment,
      encoding: 'utf8',
    });
  }

  install(...packages) {
    const { status, stdout, stderr } = this.run('npm', 'install', ...packages);
    assert.equal(status, 0, stdout + stderr);
    symlinkSync(path.join(modules, '@types'), path.join(this.directory, 'node_modules/@types'));
  }

  typeChecks(typescript, ...args) {
    const compiler = path.join(modules, typescript, 'bin/tsc');
    const { status, stdout } = this.run('node', compiler, '--strict', '--types', 'node', ...args);
    assert.equal(status, 0, stdout);
  }

  /**
   * Starts one of the app's servers, which prints its port on the first line, and checks its
   * responses.
   */
  async serves(script) {
    const server = spawn('node', [script], {
      cwd: this.directory,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const { value: port, done } = await createInterface(server.stdout)
        [Symbol.asyncIterator]()
        .next();
      assert.ok(!done, `${script} ended before it was listening`);
      await this.#asks(`http://127.0.0.1:${port}`);
    } finally {
      server.kill('SIGKILL');
    }
  }

  async #asks(origin) {
    const response = await fetch(`${origin}/events`);
    assert.match(response.headers.get('content-type'), /^text\/event-stream/);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('\n\n')) {
      const { value, done } = await reader.read();
      assert.ok(!done, `the stream ended after ${JSON.stringify(text)}`);
      text += value;
    }
    const transport = process.platform === 'linux' ? 'native' : '(native|stream)';
    assert.match(text, new RegExp(`id: ?1\nevent: ?greeting\ndata: ?{"transport":"${transport}"}`));

    const { connections } = await (await fetch(`${origin}/metrics`)).json();
    assert.equal(connections.native + connections.stream, 1);
    assert.equal(await (await fetch(`${origin}/error`)).text(), 'ERR_SSE_HEADERS_SENT');
    await reader.cancel();
  }
}
