// Tests that clients whose network has failed are detected. All networks are in namespaces of the
// test's own programs, and end with them.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SOON } from '../support/soon.mjs';

const program = fileURLToPath(new URL('../support/programs/dead-peer.mjs', import.meta.url));

/** The options of `unshare` that give a program its own network, or undefined if none work. */
const isolated = [['--net'], ['--net', '--map-root-user']].find((options) => {
  try {
    const veth = ['link', 'add', 'server', 'type', 'veth', 'peer', 'name', 'client'];
    execFileSync('unshare', [...options, 'ip', ...veth], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const skip = isolated
  ? false
  : 'needs network namespaces, unshare and ip (Debian: util-linux, iproute2) on Linux';

const KINDS = [
  ['http', 'native'],
  ['http', 'stream'],
  ['https', 'stream'],
  ['h2c', 'stream'],
];
const PINGS = [
  [100, 'with pings'],
  [0, 'without pings'],
];
const LOSSES = [
  ['silent', 'whose packets are lost'],
  ['unreachable', 'that no longer has a link address'],
];

/** The close reason of each connection, by its case. */
let reasons;
async function run() {
  const unshare = ['unshare', [...isolated, process.execPath, program]];
  const { stdout } = await promisify(execFile)(...unshare, { timeout: SOON.timeout });
  const lines = stdout.trim().split('\n');
  return new Map(
    lines.map((line) => {
      const found = JSON.parse(line);
      return [String(found.slice(0, -1)), found.at(-1)];
    }),
  );
}

for (const [protocol, transport] of KINDS) {
  for (const [pingInterval, pings] of PINGS) {
    for (const [loss, which] of LOSSES) {
      const over = `${protocol}, ${transport}, ${pings}`;
      test(`a client ${which} is detected (${over})`, { ...SOON, skip }, async () => {
        reasons ??= run();
        const found = await reasons;
        const reason = found.get(String([protocol, transport, pingInterval, loss]));
        // If a ping meets the kernel's error first, Node's HTTP/2 session does not report it.
        const hides = protocol === 'h2c' && pingInterval > 0;
        assert.ok(reason === 'stall' || (hides && reason === 'client'), `closed: ${reason}`);
      });
    }
  }
}
