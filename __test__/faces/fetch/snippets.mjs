import { readFileSync } from 'node:fs';
import ts from 'typescript5';

const text = readFileSync(new URL('document.md', import.meta.url), 'utf8');
const FENCE = /```(?:ts|js)\n(.*?)```/s;
const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

const sections = new Map(
  text
    .split(/^#{2,3} (?=.*$)/m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

/** The headings that have code below them, in order. */
export const headings = [...sections].filter(([, text]) => FENCE.test(text)).map(([name]) => name);

/** The code below a heading, unchanged. */
export const snippet = (heading) => FENCE.exec(sections.get(heading))[1];

/** Runs code, without its types, as the body of a function with these parameters. */
export function run(code, scope) {
  const { outputText } = ts.transpileModule(`async function body() {${code}}`, { compilerOptions });
  const names = Object.keys(scope);
  return new Function(...names, `${outputText}; return body();`)(...Object.values(scope));
}
