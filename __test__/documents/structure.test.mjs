// Checks the structure of the code: imports point one way, and ARCHITECTURE.md is complete.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cycle, modules, scripts } from './structure/import-graph.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The areas of the code. Each may import only from itself and from those after it. */
const LIB = [
  'lib/doctor',
  'lib/testing',
  'lib/faces',
  'lib/runs',
  'lib/broker',
  'lib/channel',
  'lib/backplane',
  'lib/connection',
  'lib/carrier',
  'lib/core',
];
const CLIENT = ['client', 'client/broker', 'client/share', 'client/connection'];

const areaOf = (areas, file) =>
  areas.filter((area) => file.startsWith(`${area}/`)).sort((a, b) => b.length - a.length)[0];

/** Returns the imports from one area to an earlier one. */
function upward(areas, graph) {
  const arrows = [...graph].flatMap(([file, targets]) => targets.map((target) => [file, target]));
  return arrows
    .filter(([, target]) => areaOf(areas, target))
    .filter(([file, target]) => {
      return areas.indexOf(areaOf(areas, file)) > areas.indexOf(areaOf(areas, target));
    })
    .map((arrow) => arrow.join(' -> '));
}

for (const [folder, areas] of [
  ['lib', LIB],
  ['client', CLIENT],
]) {
  test(`${folder}: imports have no cycles`, () => {
    assert.equal(cycle(scripts(folder)), undefined);
  });

  test(`${folder}: every file is in an area, and imports point one way`, () => {
    const graph = scripts(folder);
    assert.ok(graph.size > 15, `${graph.size} files were read`);
    const lost = [...graph.keys()].filter((file) => !areaOf(areas, file));
    assert.deepEqual(lost, []);
    const imports = [...graph.values()].flat();
    assert.ok(imports.length > graph.size, `${imports.length} imports were read`);
    assert.deepEqual(upward(areas, graph), []);
  });
}

test('only lib/core imports the binding', () => {
  const graph = scripts('lib');
  const importers = [...graph].filter(([, targets]) => targets.includes('binding.js'));
  assert.deepEqual([...new Set(importers.map(([file]) => path.dirname(file)))], ['lib/core']);
});

test('src: lib.rs lists every module, and each module uses only those below it', () => {
  const graph = modules();
  const source = readFileSync(path.join(root, 'src/lib.rs'), 'utf8');
  const declared = [...source.matchAll(/^(?:pub )?mod (\w+);/gm)].map(([, name]) => name);
  assert.deepEqual([...graph.keys()].sort(), declared.sort());
  assert.equal(cycle(graph), undefined);
  const order = [...graph.keys()];
  const arrows = [...graph].flatMap(([module, used]) => [...used].map((name) => [module, name]));
  assert.ok(arrows.length > order.length, `${arrows.length} uses were read`);
  const up = arrows.filter(([module, name]) => order.indexOf(module) > order.indexOf(name));
  assert.deepEqual(up, []);
});

test('detects a cycle and an import in the wrong direction', () => {
  const graph = new Map([
    ['client/a.js', ['client/share/b.js']],
    ['client/share/b.js', ['client/connection/c.js']],
    ['client/connection/c.js', ['client/a.js']],
  ]);
  assert.equal(cycle(graph).length, 4);
  assert.deepEqual(upward(CLIENT, graph), ['client/connection/c.js -> client/a.js']);
});

test('ARCHITECTURE.md names every folder, and only existing files', () => {
  const text = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const named = new Set([...text.matchAll(/`([\w.@/-]+)`/g)].map(([, name]) => name));
  // Names of npm packages can also contain a slash.
  const paths = [...named].filter((name) => /^[^@]*(?:\/|\.(?:rs|js|mjs|ts|md)$)/.test(name));
  assert.ok(paths.length > 30, `${paths.length} paths were read`);
  const missing = paths.filter((name) => !existsSync(path.join(root, name)));
  assert.deepEqual(missing, []);
  const unnamed = folders().filter((folder) => !named.has(`${folder}/`));
  assert.deepEqual(unnamed, []);
});

/** Returns the folders of the repository, and the subfolders of those that contain code. */
function folders() {
  const isFolder = (entry) =>
    entry.isDirectory() && !/^\.|^node_modules$|^target$/.test(entry.name);
  const inside = (folder) =>
    readdirSync(path.join(root, folder), { withFileTypes: true })
      .filter(isFolder)
      .map((entry) => path.posix.join(folder, entry.name));
  const code = ['src', 'lib', 'client', '__test__'].flatMap(inside);
  // The folder of a Rust module that contains only its tests needs no description.
  const full = code.filter((folder) => {
    const names = readdirSync(path.join(root, folder));
    return !(names.length === 1 && names[0] === 'tests.rs');
  });
  return [...inside('.'), ...full];
}

for (const [page, heading, least] of [
  ['reliability', '## Faults', 10],
  ['security', '## Rules', 25],
]) {
  test(`every row of the table in docs/${page}.md names existing tests`, () => {
    const text = readFileSync(new URL(`../../docs/${page}.md`, import.meta.url), 'utf8');
    const rows = text
      .split(heading)[1]
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const lines = rows.slice(2);
    assert.ok(lines.length >= least);
    for (const line of lines) {
      const column = line.split('|').at(-2);
      const names = [...column.matchAll(/`([^`]+)`/g)];
      assert.ok(names.length > 0, line);
      for (const [, name] of names) {
        assert.ok(existsSync(new URL(`../${name}.test.mjs`, import.meta.url)), name);
      }
    }
  });
}
