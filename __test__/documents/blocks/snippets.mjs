/** The types of names that snippets use without declaring them. */
const NAMES = {
  answerTo: '(messages: any, signal: AbortSignal) => ReadableStream<unknown>',
  app: "import('express').Express",
  backplane: "import('sluice/redis').Backplane",
  broker: "import('sluice').SSEBroker",
  client: "import('sluice/client').SSEClient",
  config: '{ set(name: string, value: object): void }',
  connection: "import('sluice').Connection",
  expect: '(value: unknown) => { toMatchObject(expected: object): void }',
  // The schema of a route defines the types of its body and parameters.
  fastify: `Record<'get' | 'post', (path: string, handler: (
    request: import('fastify').FastifyRequest & { body: any; params: any },
    reply: import('fastify').FastifyReply,
  ) => unknown) => void>`,
  hono: "import('hono').Hono<{ Bindings: import('@hono/node-server').HttpBindings }>",
  meterProvider: "import('@opentelemetry/api').MeterProvider",
  news: "import('sluice').Channel",
  readSecret: '() => Promise<string>',
  req: "import('express').Request & { token: { exp: number } }",
  res: "import('express').Response",
  runs: "import('sluice/runs').Runs",
  saveChat: "(messages: import('ai').UIMessage[]) => Promise<void>",
  server: "import('node:http').Server",
  sessions: '{ isValid(token: object): Promise<boolean> }',
  test: "typeof import('node:test').test",
  userOf: '(request: unknown) => string',
  WorkflowChatTransport: 'new (options: object) => object',
};

/** The modules of names that snippets use without importing them. */
const IMPORTS = {
  Channel: 'sluice',
  Connection: 'sluice',
  gracefulShutdown: 'sluice',
  natsBackplane: 'sluice/nats',
  readFileSync: 'node:fs',
  redisBackplane: 'sluice/redis',
};

/** Imports of the reader's own files. */
const ELSEWHERE = /^(const|import) .*'\.[./]*\/(app|runs)\.js'.*\n/gm;

/** Returns a snippet as a module that can be type-checked on its own. */
export function toModule(code) {
  const own = code.replaceAll(ELSEWHERE, '');
  return `${declarationsFor(own)}${modular(own)}\nexport {};\n`;
}

/** Returns code with `import` in place of `require()`, which has no types in TypeScript. */
const modular = (code) =>
  code
    .replaceAll(/const (\{[^}]*\}|\w+) = require\('([^']+)'\);/g, "import $1 from '$2';")
    .replaceAll(/require\('([^']+)'\)/g, "await import('$1')");

/** Returns the imports and declarations that a snippet needs. */
function declarationsFor(code) {
  const uses = (name) => new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(code);
  const has = (name) =>
    new RegExp(`(const|let|import)[^;=]*\\b${name}\\b|function ${name}\\b`).test(code);
  const needs = (name) => uses(name) && !has(name);
  const declared = Object.entries(NAMES)
    .filter(([name]) => needs(name))
    .map(([name, type]) => `declare const ${name}: ${type};`);
  const imported = Object.entries(IMPORTS)
    .filter(([name]) => needs(name))
    .map(([name, module]) => `import { ${name} } from '${module}';`);
  return [...imported, ...declared, ''].join('\n');
}
