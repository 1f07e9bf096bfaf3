// Reads the import graph from the sources of `src/`, `lib/` and `client/`.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file) => readFileSync(path.join(root, file), 'utf8');

/** Returns the source files below a folder, as paths from the root. */
export function files(folder, extension) {
  const entries = readdirSync(path.join(root, folder), { recursive: true });
  const found = entries.filter(
    (name) => name.endsWith(extension) && !/(^|\/)tests\.rs$/.test(name),
  );
  return found.map((name) => path.posix.join(folder, name.replaceAll('\\', '/'))).sort();
}

/** Maps each JavaScript file to the files that it requires or imports, except for types. */
export function scripts(folder) {
  const graph = new Map();
  for (const file of files(folder, '.js')) {
    const pattern = /(?:require\(|^import (?:[^'"]*? from )?|^export [^'"]*? from )'(\.[^']+)'/gm;
    const code = read(file).replace(/\/\*.*?\*\//gs, '');
    const targets = [...code.matchAll(pattern)].map(([, target]) =>
      path.posix.join(path.posix.dirname(file), target),
    );
    graph.set(file, targets);
  }
  return graph;
}

/** Maps each module of the core, in the order of `lib.rs`, to the modules that it uses. */
export function modules() {
  const rows = read('src/lib.rs').matchAll(/^\/\/! \| \[?`(\w+)`\]? +\|/gm);
  const graph = new Map([...rows].map(([, name]) => [name, new Set()]));
  for (const file of files('src', '.rs')) {
    const [, module] = /^src\/(\w+?)(?:\.rs|\/.*)$/.exec(file);
    if (module === 'lib') continue;
    if (!graph.has(module)) graph.set(module, new Set());
    // Comments can name modules of a higher layer.
    const code = read(file).replace(/\/\/.*/g, '');
    for (const [, used] of code.matchAll(/\bcrate::(\w+)/g)) {
      if (used !== module) graph.get(module).add(used);
    }
  }
  return graph;
}

/** Returns the nodes of a cycle, or undefined. */
export function cycle(graph) {
  const done = new Set();
  const visit = (node, trail) => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const found = visit(next, [...trail, node]);
      if (found) return found;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const found = visit(node, []);
    if (found) return found;
  }
  return undefined;
}
