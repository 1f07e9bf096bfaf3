// Checks that lines have at most 100 columns. The formatters do not wrap comments and strings.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COLUMNS = 100;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The files to check, by folder and ending. Subfolders count too, except those of the root. */
const CHECKED = [
  { folder: '.', ends: ['.md', '.d.ts', '.js'] },
  { folder: 'types', ends: ['.d.ts'] },
  { folder: 'src', ends: ['.rs'] },
  { folder: 'benches', ends: ['.rs'] },
  { folder: 'lib', ends: ['.js'] },
  { folder: 'client', ends: ['.js', '.d.ts'] },
  { folder: '__test__', ends: ['.mjs', '.cjs', '.ts', '.mts', '.cts'] },
  { folder: 'docs', ends: ['.md'] },
  { folder: 'bench', ends: ['.md', '.js', '.mjs'] },
  { folder: 'examples', ends: ['.js', '.mjs', '.ts'] },
  { folder: 'scripts', ends: ['.mjs'] },
];

/** Generated files. */
const EXCEPTIONS = ['binding.js', 'binding.d.ts', 'bench/RESULTS.md'];

const IGNORED = ['node_modules', 'target'];

/** Lines of Markdown that cannot be wrapped: rows of tables, comments and images. */
const UNBREAKABLE = /^\s*(\||<!--|!\[)/;

/** Lines of code that the formatter cannot wrap: test titles and strings. */
const STRINGS = /^\s*(test\(['`]|['"`])/;

function filesOf(folder, ends) {
  const directory = path.join(root, folder);
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) {
      const isSearched = folder !== '.' && !IGNORED.includes(entry.name);
      return isSearched ? filesOf(name, ends) : [];
    }
    return ends.some((end) => name.endsWith(end)) && !EXCEPTIONS.includes(name) ? [name] : [];
  });
}

function longLines(file) {
  const isMarkdown = file.endsWith('.md');
  const lines = readFileSync(path.join(root, file), 'utf8').split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const columns = Array.from(line).length;
    const isFine = columns <= COLUMNS || (isMarkdown ? UNBREAKABLE : STRINGS).test(line);
    return isFine ? [] : [`${file}:${index + 1}: ${columns} columns`];
  });
}

const found = CHECKED.flatMap(({ folder, ends }) => filesOf(folder, ends)).flatMap(longLines);
for (const line of found) console.error(line);
if (found.length > 0) {
  console.error(`sluice: lines must have at most ${COLUMNS} columns: wrap the comment or the text`);
  process.exitCode = 1;
}
