import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary, platform } from '../../scripts/build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

/** The built binary of this platform. */
export const builtBinary = path.join(root, binary());

/** An application with the package in its node_modules, but without a binary. */
export class BrokenApp {
  constructor() {
    this.directory = mkdtempSync(path.join(tmpdir(), 'sluice-broken-'));
    this.modules = path.join(this.directory, 'node_modules');
    this.package = path.join(this.modules, 'sluice');
    mkdirSync(this.package, { recursive: true });
    for (const name of readdirSync(root)) {
      if (/^package\.json$|\.js$/.test(name)) {
        copyFileSync(path.join(root, name), path.join(this.package, name));
      }
    }
    cpSync(path.join(root, 'lib'), path.join(this.package, 'lib'), { recursive: true });
    cpSync(path.join(root, 'client'), path.join(this.package, 'client'), { recursive: true });
    const dependency = 'fastify-plugin';
    symlinkSync(
      path.join(root, 'node_modules', dependency),
      path.join(this.modules, dependency),
      'junction',
    );
  }

  remove() {
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Installs the package of a platform, with a binary if `file` is given. */
  installPlatform(name, file) {
    const folder = path.join(this.modules, `sluice-${name}`);
    mkdirSync(folder, { recursive: true });
    const main = `sluice.${name}.node`;
    writeFileSync(
      path.join(folder, 'package.json'),
      JSON.stringify({ name: `sluice-${name}`, version, main }),
    );
    if (file) copyFileSync(file, path.join(folder, main));
  }

  /** Installs this platform's package with the bytes of a binary. */
  installBytes(bytes) {
    const file = path.join(this.directory, 'given.node');
    writeFileSync(file, bytes);
    this.installPlatform(platform(), file);
  }

  write(name, text) {
    writeFileSync(path.join(this.directory, name), text);
  }

  run(args, env = {}) {
    return spawnSync(process.execPath, args, {
      cwd: this.directory,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
  }

  /** Loads an entry in a separate process, and returns its error. */
  errorOf(entry, { flags = [], env } = {}) {
    this.write(
      'load.cjs',
      `try {
         require(${JSON.stringify(entry)});
         console.log(JSON.stringify({ loaded: true }));
       } catch ({ name, code, message, cause }) {
         console.log(JSON.stringify({ name, code, message, hasCause: cause !== undefined }));
       }`,
    );
    const { stdout, stderr } = this.run([...flags, 'load.cjs'], env);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  }
}
