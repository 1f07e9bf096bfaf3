// Packs the package, and the package of each platform that has a binary, into target/tarballs.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from './build.mjs';
import { install } from './install.mjs';
import { builtPlatforms, copyRepository, packStage } from './pack.mjs';
import { root } from './process.mjs';
import { requireTools } from './toolchain.mjs';

requireTools();
const code = (await install()) || (await build());
if (code !== 0) process.exit(code);

const stage = mkdtempSync(path.join(tmpdir(), 'sluice-tarballs-'));
const destination = path.join(root, 'target/tarballs');
rmSync(destination, { recursive: true, force: true });
mkdirSync(destination, { recursive: true });
try {
  copyRepository(stage);
  packStage(stage, destination, builtPlatforms(stage));
} finally {
  rmSync(stage, { recursive: true, force: true });
}
for (const name of readdirSync(destination)) console.log(`target/tarballs/${name}`);
