import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { binary, platform } from './build.mjs';
import { root } from './process.mjs';

const NOT_COPIED = new Set(['.git', 'node_modules', 'target']);

function must(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')}: ${error ?? `${stdout}${stderr}`}`);
}

function npmPack(directory, destination) {
  const output = must('npm', ['pack', '--json', '--pack-destination', destination], directory);
  const [packed] = Object.values(JSON.parse(output));
  return {
    tarball: path.join(destination, packed.filename),
    files: packed.files.map((file) => file.path).sort(),
    manifest: JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8')),
  };
}

function copyRepository(stage) {
  cpSync(root, stage, {
    recursive: true,
    filter: (source) => !NOT_COPIED.has(path.basename(source)),
  });
}

// `napi pre-publish` fails if a binary is missing. This platform's binary replaces the others,
// which are not packed.
function placeBinaries(stage) {
  for (const name of readdirSync(path.join(stage, 'npm'))) {
    const file = binary().replace(platform(), name);
    copyFileSync(path.join(root, binary()), path.join(stage, 'npm', name, file));
  }
}

/** Packs the package and this platform's binary package like a release, from a copy. */
export function packRelease(stage, destination) {
  copyRepository(stage);
  placeBinaries(stage);
  const napi = path.join(root, 'node_modules/@napi-rs/cli/dist/cli.js');
  must(
    process.execPath,
    [napi, 'pre-publish', '--skip-optional-publish', '--no-gh-release'],
    stage,
  );
  return {
    root: npmPack(stage, destination),
    platform: npmPack(path.join(stage, 'npm', platform()), destination),
  };
}
