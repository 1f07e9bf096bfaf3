import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { SOON } from '../support/soon.mjs';

// Runs the same cases over every server, because results must not depend on the transport.
const load = (folder) => {
  const files = readdirSync(new URL(folder, import.meta.url)).sort();
  return Promise.all(files.map((file) => import(new URL(folder + file, import.meta.url))));
};

const warnings = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));

const cases = await load('./cases/');

for (const server of await load('../support/servers/')) {
  describe(server.title, () => {
    for (const [title, run] of cases.flatMap((file) => Object.entries(file.default))) {
      test(title, { ...SOON, skip: server.skips?.[title] }, (t) => run(t, server));
    }
  });
}

test('no listener leaks', () => {
  assert.deepEqual(
    warnings.filter((warning) => warning.startsWith('MaxListenersExceeded')),
    [],
  );
});
