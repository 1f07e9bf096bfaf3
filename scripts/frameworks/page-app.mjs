import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ExampleApp } from '../../__test__/documents/readme/example-app.mjs';
import { parseExamples } from '../../__test__/documents/readme/examples.mjs';

/** Milliseconds, as a guard against hanging. */
const GUARD = 300_000;

function find(program) {
  for (const directory of process.env.PATH.split(path.delimiter)) {
    const file = path.join(directory, program);
    try {
      accessSync(file);
      return realpathSync(file);
    } catch {
      // The program is in another directory.
    }
  }
  throw new Error(`${program} is not in the PATH`);
}

/** The lines of all shell blocks of a page, in order. */
function commandsOf(markdown) {
  return Array.from(markdown.matchAll(/^```sh\n(.*?)^```$/gms), ([, block]) => block)
    .flatMap((block) => block.split('\n'))
    .filter((line) => line !== '');
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

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

/** A fresh application that follows a page of the documentation literally. */
export class PageApp {
  #directory;
  #environment;
  #commands;
  #files;
  #options;

  /** @param {{ tarballs: string[], cache: string }} options the packed package, and npm's cache */
  constructor(directory, markdown, options) {
    this.#directory = directory;
    this.#options = options;
    this.#commands = commandsOf(markdown);
    this.#files = parseExamples(markdown);
    const bin = path.join(directory, '..', `${path.basename(directory)}-bin`);
    mkdirSync(directory, { recursive: true });
    mkdirSync(bin);
    symlinkSync(process.execPath, path.join(bin, 'node'));
    for (const program of ['npm', 'npx', 'sh']) symlinkSync(find(program), path.join(bin, program));
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(CARGO|RUST|NODE_PATH|NODE_OPTIONS|NODE_TEST|npm_)/.test(name),
    );
    this.#environment = {
      ...Object.fromEntries(inherited),
      PATH: bin,
      NEXT_TELEMETRY_DISABLED: '1',
      npm_config_cache: options.cache,
      npm_config_audit: 'false',
      npm_config_update_notifier: 'false',
    };
    writeFileSync(path.join(directory, 'package.json'), '{ "private": true }\n');
  }

  #run(command, environment = {}) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: this.#directory,
      env: { ...this.#environment, ...environment },
      encoding: 'utf8',
      timeout: GUARD,
    });
    assert.equal(status, 0, `${command}\n${stdout}${stderr}`);
  }

  /** Replaces the name `sluice` with the packed files. */
  #install(command, environment) {
    const [npm, install, ...words] = command.split(' ');
    const files = words.flatMap((word) => (word === 'sluice' ? this.#options.tarballs : [word]));
    this.#run([npm, install, ...files].join(' '), environment);
  }

  /** Installs with network access. */
  fillCache() {
    for (const command of this.#commands.filter((line) => line.startsWith('npm install'))) {
      this.#install(command);
    }
  }

  /** Resolves with the seconds until a browser has shown an event. */
  async follow(browser) {
    assert.notEqual(spawnSync('cargo', [], { env: this.#environment }).error, undefined);
    const started = performance.now();
    for (const { name, code } of this.#files) {
      const file = path.join(this.#directory, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, code);
    }
    for (const command of this.#commands.slice(0, -1)) {
      const isInstall = command.startsWith('npm install');
      if (isInstall) this.#install(command, { npm_config_offline: 'true' });
      else this.#run(command);
    }
    const port = await freePort();
    const server = this.#start(this.#commands.at(-1), port);
    try {
      await server.listening;
      const origin = `http://localhost:${port}`;
      await this.#streams(browser, origin);
      const seconds = (performance.now() - started) / 1000;
      const requests = new ExampleApp(path.join(this.#directory, '..', `${port}`));
      await requests.check(
        origin,
        this.#files.flatMap(({ tries }) => tries),
      );
      server.child.kill('SIGTERM');
      await server.ended;
      return seconds;
    } finally {
      server.child.kill('SIGKILL');
    }
  }

  #start(command, port) {
    let output = '';
    // With `exec`, signals go to the program instead of the shell.
    const child = spawn('sh', ['-c', `exec ${this.#direct(command)}`], {
      cwd: this.#directory,
      env: { ...this.#environment, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const exit = new Promise((resolve) => child.on('exit', resolve));
    const until = Date.now() + GUARD;
    const listening = (async () => {
      while (!(await listens(port))) {
        assert.equal(child.exitCode, null, `${command} ended:\n${output}`);
        assert.ok(Date.now() < until, `${command} does not listen on PORT:\n${output}`);
        await wait(50);
      }
    })();
    const late = wait(GUARD, 'late', { ref: false });
    const ended = Promise.race([exit, late]).then((result) => {
      assert.notEqual(result, 'late', `${command} does not stop:\n${output}`);
    });
    ended.catch(() => {});
    return { child, listening, ended };
  }

  /** Runs the program without `npx`, which does not forward a second signal. */
  #direct(command) {
    return command.replace(/^npx (\S+)/, './node_modules/.bin/$1');
  }

  /** Presses the page's button until the page shows the resulting event. */
  async #streams(browser, origin) {
    const page = await browser.newPage();
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    try {
      await page.goto(origin);
      const end = Date.now() + GUARD;
      while ((await page.locator('li').count()) === 0) {
        assert.ok(Date.now() < end, `no event in the page: ${faults}`);
        await page.getByRole('button').click();
        await wait(200);
      }
      assert.match(await page.locator('li').first().textContent(), /^Sent at /);
      assert.deepEqual(faults, []);
    } finally {
      // The page stays open until the server has ended its stream.
      setTimeout(() => page.close().catch(() => {}), 30_000).unref();
    }
  }
}
