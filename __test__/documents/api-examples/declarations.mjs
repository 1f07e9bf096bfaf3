import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const ts = require('typescript5');

const root = path.resolve(fileURLToPath(import.meta.url), '../../../..');

/** Returns the declaration file of each module that users can import, by module name. */
export function entryPoints() {
  const { name, exports } = require('../../../package.json');
  const typed = Object.entries(exports).filter(([, { types }]) => types);
  return Object.fromEntries(
    typed.map(([entry, { types }]) => [path.posix.join(name, entry), path.join(root, types)]),
  );
}

/** The hand-written declaration files. */
function declarationFiles() {
  const shared = readdirSync(path.join(root, 'types')).map((name) =>
    path.join(root, 'types', name),
  );
  return [...Object.values(entryPoints()), ...shared];
}

/**
 * Returns the exported classes and functions of a file, and whether each has an `@example`.
 */
export function exportedNames(file) {
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, types: ['node'] });
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const symbols = checker
    .getExportsOfModule(module)
    .map((symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    )
    .filter(({ flags }) => flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function));
  return symbols.map((symbol) => ({
    name: symbol.name,
    hasExample: symbol.getJsDocTags(checker).some((tag) => tag.name === 'example'),
  }));
}

/** Returns every `@example` as a file that is named after its location. */
export function examples() {
  return declarationFiles().flatMap((file) => {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      / \* @example/.test(line)
        ? [{ name: fileName(file, index), code: fenced(lines, index) }]
        : [],
    );
  });
}

const fileName = (file, index) =>
  `${path.relative(root, file).replace(/\W+/g, '-')}-line-${index + 1}.mts`;

/** Returns the code block after a line of a comment. */
function fenced(lines, index) {
  const text = lines.slice(index + 1).map((line) => line.replace(/^ +\* ?/, ''));
  const end = text.indexOf('```');
  if (text[0] !== '```ts' || end === -1) throw new Error(`no code follows line ${index + 1}`);
  return `${text.slice(1, end).join('\n')}\n`;
}
