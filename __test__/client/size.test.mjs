import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild-wasm';

/** The imports of an application, and the largest size with brotli, in bytes. */
const IMPORTS = {
  'without connectBroker': [
    'SSEClient, SSEError, SSEManager, connectSSE, createSSEClient, getSSEManager',
    6 * 1024,
  ],
  'all of it': ['*', 9 * 1024],
};

describe('the minified and compressed client', () => {
  for (const [title, [names, limit]] of Object.entries(IMPORTS)) {
    test(`${title}, is smaller than ${limit / 1024} KiB`, { timeout: 60_000 }, async (t) => {
      const { outputFiles } = await build({
        stdin: {
          contents: `export ${names === '*' ? names : `{ ${names} }`} from './index.js'`,
          resolveDir: fileURLToPath(new URL('../../client', import.meta.url)),
        },
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
        `sluice/client, ${title}: ${brotli} bytes with brotli, ${gzip} with gzip, ${contents.length} minified`,
      );
      assert.ok(brotli < limit, `${brotli} bytes with brotli, but the limit is ${limit}`);
    });
  }
});
