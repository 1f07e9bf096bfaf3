// Tests the AsyncLocalStorage context of each callback.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const program = fileURLToPath(new URL('../support/programs/lazy-core.mjs', import.meta.url));

for (const transport of ['native', 'stream']) {
  test(`callbacks never run in another request's context: ${transport}`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, transport]);
    const contexts = JSON.parse(stdout);
    const of = (path) => contexts.filter(([what]) => what.startsWith(path));
    for (const path of ['/first', '/second']) {
      const events = new Set(of(path).map(([what]) => what.slice(path.length + 1)));
      const expected = ['connection close', 'req close', 'res close', 'socket close'];
      if (transport === 'stream') expected.splice(3, 0, 'res.write');
      assert.deepEqual([...events].sort(), expected);
      for (const [what, context] of of(path)) {
        // Node.js may close its own objects in the context of the socket, which is empty.
        const isOurs = what.endsWith('connection close') || what.endsWith('write');
        assert.ok(context === path || (context === null && !isOurs), `${what} ran in ${context}`);
      }
    }
    const channel = contexts.filter(([what]) => what.startsWith('channel'));
    assert.deepEqual(channel, [
      ['channel leave', null],
      ['channel empty', null],
      ['channel leave', null],
      ['channel empty', null],
    ]);
  });
}
