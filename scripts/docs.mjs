// Builds the static site target/site/ from docs/ and from the types, with VitePress and TypeDoc.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, root, run } from './process.mjs';

const site = path.join(root, 'site');
const pages = path.join(site, 'pages');
const REPOSITORY = 'https://github.com/sluice-sse/sluice/blob/main/';

const must = async (result) => {
  if ((await result) !== 0) process.exit(1);
};

/** Links to files outside of docs/ lead to the repository. */
function linkToRepository(file) {
  const folder = path.dirname(path.join('docs', path.relative(pages, file)));
  const text = readFileSync(file, 'utf8').replaceAll(/\]\((\.\.\/[^)\s]+)\)/g, (link, target) => {
    const absolute = path.posix.join(folder, target);
    return absolute.startsWith('docs/') ? link : `](${REPOSITORY}${absolute})`;
  });
  writeFileSync(file, text);
}

if (!existsSync(path.join(site, 'node_modules/vitepress'))) {
  await must(npm('ci', '--prefix', site, '--no-audit', '--no-fund'));
}
rmSync(pages, { recursive: true, force: true });
cpSync(path.join(root, 'docs'), pages, { recursive: true });
cpSync(path.join(site, 'index.md'), path.join(pages, 'index.md'));
const names = readdirSync(pages, { recursive: true }).filter((name) => name.endsWith('.md'));
for (const name of names) linkToRepository(path.join(pages, name));

const tool = (name, ...args) =>
  must(
    run(process.execPath, [path.join(site, 'node_modules', name), ...args], {
      cwd: site,
      env: { ...process.env, SLUICE_PAGES: JSON.stringify(slugs) },
    }),
  );
const slugs = names.filter((name) => name !== 'index.md').map((name) => name.replace(/\.md$/, ''));
await tool('typedoc/bin/typedoc');
await tool('vitepress/bin/vitepress.js', 'build');
console.log(`sluice: the site is in ${path.join(root, 'target/site')}`);
