import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { binary, platform } from './build.mjs';
import { root } from './process.mjs';

const NOT_COPIED = new Set(['.git', 'node_modules', 'target']);

/** Runs a program, and returns its output. Throws if it fails. */
export function must(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')}: ${error ?? `${stdout}${stderr}`}`);
}

/** Packs one package, without its scripts. */
export function npmPack(directory, destination) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const [packed] = Object.values(JSON.parse(must('npm', args, directory)));
  return {
    tarball: path.join(destination, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
    manifest: JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')),
  };
}

/** Copies the files that a release is packed from. */
export function copyRepository(stage) {
  cpSync(root, stage, {
    recursive: true,
    filter: (source) => !NOT_COPIED.has(path.basename(source)),
  });
}

const binaryIn = (stage, name) => path.join(stage, 'npm', name, binary().replace(platform(), name));

/** Returns the platforms of a copy that have a binary: this one, and those of `napi artifacts`. */
export const builtPlatforms = (stage) =>
  readdirSync(path.join(stage, 'npm')).filter(
    (name) => name === platform() || existsSync(binaryIn(stage, name)),
  );

// `napi pre-publish` fails if a binary is missing. This platform's binary replaces those, which are
// not packed.
function placeBinaries(stage) {
  for (const name of readdirSync(path.join(stage, 'npm'))) {
    const file = binaryIn(stage, name);
    if (!existsSync(file)) copyFileSync(path.join(root, binary()), file);
  }
}

/** Packs the package and the binary packages of platforms, this one by default, from a copy. */
export function packStage(stage, destination, platforms = [platform()]) {
  placeBinaries(stage);
  const napi = path.join(root, 'node_modules/@napi-rs/cli/dist/cli.js');
  must(
    process.execPath,
    [napi, 'pre-publish', '--skip-optional-publish', '--no-gh-release'],
    stage,
  );
  const pack = (directory) => npmPack(directory, destination);
  const packed = platforms.map((name) => [name, pack(path.join(stage, 'npm', name))]);
  return {
    root: pack(stage),
    platform: Object.fromEntries(packed)[platform()],
  };
}

/** Packs the package and this platform's binary package like a release, from a copy. */
export function packRelease(stage, destination) {
  copyRepository(stage);
  return packStage(stage, destination);
}
