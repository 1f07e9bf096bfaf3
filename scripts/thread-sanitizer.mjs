// npm run sanitize-threads: the Rust tests with ThreadSanitizer, on Linux (x64).
import path from 'node:path';
import { root, run } from './process.mjs';

const target = 'x86_64-unknown-linux-gnu';
const suppressions = path.join(root, 'scripts/thread-sanitizer.suppressions');

// With locks of parking_lot in tokio, which are instrumented. The fuzz targets have one thread.
const args = [
  ...['test', '--locked', '--target', target, '--target-dir', 'target/thread-sanitizer'],
  ...['--no-default-features', '--features', 'tokio/parking_lot', '--lib', '--'],
  ...['--skip', 'fuzz::'],
];
process.exitCode = await run('cargo', args, {
  env: {
    ...process.env,
    // Sanitizers are unstable. This variable allows them with a stable toolchain.
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: '-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer',
    TSAN_OPTIONS: `suppressions=${suppressions}`,
  },
});
