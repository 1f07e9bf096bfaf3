// Tests the cases of the bench without measuring anything.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { cases } from '../../bench/cases.mjs';
import { servers } from '../../bench/servers.mjs';
import { verdictsOf } from '../../bench/targets.mjs';

const readme = readFileSync(new URL('../../bench/README.md', import.meta.url), 'utf8');
/** The tables show package versions, so they need the installed packages. */
const isInstalled = existsSync(new URL('../../bench/node_modules', import.meta.url));
const takesPart = (name) => servers[name] && !servers[name].missing?.();
const of = () => 1;
const table = (heads, rows) => {
  assert.ok(rows.length > 0);
  for (const row of rows) assert.equal(row.length, heads.length, String(row));
  return heads.join();
};

describe('the cases of the bench', () => {
  for (const [name, module] of Object.entries(cases)) {
    it(`measure, print and judge figures: ${name}`, () => {
      assert.equal(typeof module.run, 'function');
      for (const size of [module.full, module.quick]) {
        assert.ok(size.rounds >= 1);
        assert.ok(module.conditions(size));
        if (!isInstalled) continue;
        const view = { of, size, names: module.servers.filter(takesPart), cell: String, table };
        for (const text of module.tables?.(view) ?? []) assert.ok(text);
      }
      assert.equal(verdictsOf(module, of).length, module.targets?.length ?? 0);
    });
  }

  it('are described in the README', () => {
    const missing = Object.keys(cases).filter((name) => !readme.includes(`**\`${name}\`**`));
    assert.deepEqual(missing, []);
  });
});

describe('the targets of the bench', () => {
  const verdicts = (target, value) => verdictsOf({ targets: [target] }, () => value);
  const figure = (of) => of('sluice', 'cpu');

  it('hold at their limit', () => {
    const [most] = verdicts({ text: 'CPU', figure, most: 2 }, 2);
    assert.deepEqual(most, { isMet: true, line: '- CPU: 2 (at most 2) holds' });
    const [least] = verdicts({ text: 'rate', figure, least: 2 }, 2);
    assert.deepEqual(least, { isMet: true, line: '- rate: 2 (at least 2) holds' });
  });

  it('say by how much they are missed', () => {
    const [most] = verdicts({ text: 'CPU', figure, most: 2 }, 2.5);
    assert.deepEqual(most, { isMet: false, line: '- CPU: 2.5 (at most 2) **misses by 0.5**' });
    const [least] = verdicts({ text: 'rate', figure, least: 2 }, 1.5);
    assert.deepEqual(least, { isMet: false, line: '- rate: 1.5 (at least 2) **misses by 0.5**' });
  });

  it('print no line without a figure', () => {
    assert.deepEqual(verdicts({ text: 'CPU', figure, most: 2 }, undefined), []);
    assert.deepEqual(verdicts({ text: 'CPU', figure, most: 2 }, Number.NaN), []);
  });
});
