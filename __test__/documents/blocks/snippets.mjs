/** What parts of programs use without declaring it. */
const NAMES = {
  app: "import('express').Express",
  backplane: "import('sluice/redis').Backplane",
  broker: "import('sluice').SSEBroker",
  client: "import('sluice/client').SSEClient",
  config: '{ set(name: string, value: object): void }',
  connection: "import('sluice').Connection",
  news: "import('sluice').Channel",
  readSecret: '() => Promise<string>',
  req: "import('express').Request & { token: { exp: number } }",
  res: "import('express').Response",
  server: "import('node:http').Server",
  sessions: '{ isValid(token: object): Promise<boolean> }',
};

/** What parts of programs use without importing it. */
const IMPORTS = {
  Channel: 'sluice',
  Connection: 'sluice',
  gracefulShutdown: 'sluice',
  readFileSync: 'node:fs',
  redisBackplane: 'sluice/redis',
};

/** Returns code with `import` in place of `require()`, which has no types in TypeScript. */
export const modular = (code) =>
  code
    .replaceAll(/const (\{[^}]*\}|\w+) = require\('([^']+)'\);/g, "import $1 from '$2';")
    .replaceAll(/require\('([^']+)'\)/g, "await import('$1')");

/** Returns the declarations that a part of a program needs before it. */
export function declarationsFor(code) {
  const uses = (name) => new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(code);
  const has = (name) => new RegExp(`(const|let|import)[^;=]*\\b${name}\\b`).test(code);
  const needs = (name) => uses(name) && !has(name);
  const declared = Object.entries(NAMES)
    .filter(([name]) => needs(name))
    .map(([name, type]) => `declare const ${name}: ${type};`);
  const imported = Object.entries(IMPORTS)
    .filter(([name]) => needs(name))
    .map(([name, module]) => `import { ${name} } from '${module}';`);
  return [...imported, ...declared, ''].join('\n');
}
