import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = /^(?:lib|package\.json|(?:index|digipair|binding)\.js|sluice\..*\.node)$/;
const LONG = { timeout: 240_000 };

/** An application with sluice installed, and optionally the engine. */
function application(t, { engine }) {
  const app = mkdtempSync(path.join(tmpdir(), 'sluice-digipair-'));
  t.after(() => rmSync(app, { recursive: true }));
  const modules = path.join(app, 'node_modules');
  mkdirSync(path.join(modules, 'sluice'), { recursive: true });
  for (const name of readdirSync(root).filter((name) => SHIPPED.test(name))) {
    cpSync(path.join(root, name), path.join(modules, 'sluice', name), { recursive: true });
  }
  if (engine) {
    mkdirSync(path.join(modules, '@digipair'));
    const installed = 'node_modules/@digipair/engine';
    symlinkSync(path.join(root, installed), path.join(app, installed), 'junction');
  }
  return async (program, { type = 'commonjs' } = {}) => {
    const file = path.join(app, type === 'module' ? 'program.mjs' : 'program.cjs');
    writeFileSync(file, program);
    // A linked engine resolves pins in the application, and its own dependencies where it is
    // installed.
    const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
    const args = ['--preserve-symlinks', '--preserve-symlinks-main', file];
    const options = { cwd: app, env: engine ? env : process.env };
    const { stdout } = await promisify(execFile)(process.execPath, args, options);
    return JSON.parse(stdout);
  };
}

/** A session over HTTP that a pin opens. Its client then leaves. */
const visit = (execute) => `
  const visit = () => new Promise((resolve) => {
    const server = http.createServer(async (req, res) => {
      const context = { protected: { req, res }, request: { digipair: 'dp', reasoning: 'talk' } };
      try {
        await (${execute})(context);
      } catch ({ code, message }) {
        res.writeHead(500).end(JSON.stringify({ code, message }));
      }
    });
    server.listen(0, '127.0.0.1', () => {
      const get = http.get({ port: server.address().port, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
          if (text.endsWith('\\n\\n')) get.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => {
          server.close();
          resolve({ status: response.statusCode, text });
        });
      });
    });
  });`;

describe('installed', () => {
  test(
    'the engine finds the pins by library name, and the schema is exported too',
    LONG,
    async (t) => {
      const run = application(t, { engine: true });
      const { status, text, schema } = await run(`
      const http = require('node:http');
      const { executePinsList } = require('@digipair/engine');
      const library = 'sluice/digipair';
      ${visit(`(context) => executePinsList([
        { library, element: 'registerSession', properties: { id: 'a' } },
        { library, element: 'push', properties: { id: 'a', message: { text: 'hi' } } },
      ], context)`)}
      visit().then((result) => {
        const schema = require(library + '/schema.json');
        console.log(JSON.stringify({ ...result, schema }));
      });
    `);
      assert.equal(status, 200);
      assert.match(text, /^id: \S+\nevent: message\ndata: {"text":"hi"}\n\n/);
      const names = Object.keys(schema.paths);
      assert.deepEqual(names, ['/registerSession', '/registerChannel', '/push', '/broadcast']);
      assert.equal(schema.info.title, 'sluice/digipair');
    },
  );

  test('ES modules execute the pins of `disconnected` with their engine', LONG, async (t) => {
    const run = application(t, { engine: true });
    const program = `
      import http from 'node:http';
      import { config, executePinsList } from '@digipair/engine';
      import * as skill from 'sluice/digipair';
      import { broadcast, push, registerChannel, registerSession, schema } from 'sluice/digipair';
      const left = new Promise((resolve) => {
        config.set('LIBRARIES', { 'sluice/digipair': skill, test: { left: resolve } });
      });
      const library = 'sluice/digipair';
      const disconnected = [{ library: 'test', element: 'left', properties: { who: '{{who}}' } }];
      ${visit(`(context) => executePinsList([
        { library, element: 'registerSession', properties: { id: 'a', disconnected } },
        { library, element: 'push', properties: { id: 'a', message: 1 } },
      ], { ...context, who: 'ada' })`)}
      const result = await visit();
      console.log(JSON.stringify({ ...result, left: await left, title: schema.info.title }));
    `;
    const { text, left, title } = await run(program, { type: 'module' });
    assert.match(text, /^id: \S+\nevent: message\ndata: 1\n\n/);
    assert.deepEqual(left, { who: 'ada' });
    assert.equal(title, 'sluice/digipair');
  });

  test(
    'without the engine, sessions without actions work; others report what to install',
    LONG,
    async (t) => {
      const run = application(t, { engine: false });
      const { plain, empty, acting } = await run(`
      const http = require('node:http');
      const skill = require('sluice/digipair');
      // The core has not started yet.
      require('sluice').configure({ shards: 1 });
      let properties;
      ${visit(`async (context) => {
        const session = await skill.registerSession(properties, [], context);
        session.connection.send({ data: 'open' });
      }`)}
      const disconnected = [{ library: 'test', element: 'left' }];
      (async () => {
        const plain = await visit((properties = { id: 'a' }));
        const empty = await visit((properties = { id: 'a', disconnected: [] }));
        const acting = await visit((properties = { id: 'a', disconnected }));
        console.log(JSON.stringify({ plain, empty, acting }));
      })();
    `);
      assert.deepEqual(plain, { status: 200, text: 'data: open\n\n' });
      assert.deepEqual(empty, plain);
      assert.equal(acting.status, 500);
      const { code, message } = JSON.parse(acting.text);
      assert.equal(code, 'ERR_SSE_OPTION');
      assert.match(message, /`disconnected` needs the engine.*: npm install @digipair\/engine$/);
    },
  );
});
