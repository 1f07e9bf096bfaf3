import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild-wasm';

const LIMIT = 6 * 1024;

test('the minified and compressed client is smaller than 6 KiB', { timeout: 60_000 }, async (t) => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../client/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const [{ contents }] = outputFiles;
  const brotli = brotliCompressSync(contents).length;
  const gzip = gzipSync(contents, { level: 9 }).length;
  t.diagnostic(
    `sluice/client, all of it: ${brotli} bytes with brotli, ${gzip} with gzip, ${contents.length} minified`,
  );
  assert.ok(brotli < LIMIT, `${brotli} bytes with brotli, and ${LIMIT} are the limit`);
});
