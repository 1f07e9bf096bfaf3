import { EventEmitter } from 'node:events';
import http from 'node:http';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { bridge } from './bridge.mjs';
import { createSSE } from './service.mjs';
import { run, snippet } from './snippets.mjs';

/** A query builder that accepts any method and finds the row that was inserted, with an id. */
function query() {
  let row = {};
  const answers = {
    values: (values) => {
      row = values;
    },
    executeTakeFirstOrThrow: async () => ({ id: 7, ...row }),
    executeTakeFirst: async () => ({ count: '3' }),
    execute: async () => [],
  };
  const chain = new Proxy(answers, {
    get:
      (_, name) =>
      (...given) =>
        answers[name]?.(...given) ?? chain,
  });
  return chain;
}

const db = { insertInto: query, updateTable: query, selectFrom: query };

/** Methods of these names, which add a listener to the emitter. */
const named = (emitter, names) =>
  Object.fromEntries(names.map((name) => [name, (key, listener) => emitter.on(key, listener)]));

/** The parts of the document's framework that the snippets use. */
export class AppServer {
  #routes = [];
  jobs = new EventEmitter();
  cron = new EventEmitter();
  events = new EventEmitter();
  log = [];

  constructor({ sse } = {}) {
    this.sse = createSSE(sse);
  }

  router = {
    route: (pattern) => {
      const add =
        (kind) =>
        ({ handle }) =>
          this.#routes.unshift({ kind, pattern, handle });
      return { raw: add('raw'), typed: add('typed') };
    },
  };

  context(user = { id: 1, name: 'Ada' }, params = {}) {
    const { sse, events } = this;
    const core = {
      sse,
      events,
      logger: { info: (...line) => this.log.push(line) },
      jobs: { ...named(this.jobs, ['register']), enqueue: (...job) => this.jobs.emit(...job) },
      cron: named(this.cron, ['schedule']),
    };
    return { core, db, user, params };
  }

  /** Runs the snippet of a section. `scope` adds variables that the snippet expects. */
  run(heading, scope = {}) {
    return run(snippet(heading), { router: this.router, ctx: this.context(), ...scope });
  }

  #find(kind, path) {
    for (const { handle, pattern, ...route } of this.#routes) {
      const names = Array.from(pattern.matchAll(/:(\w+)/g), (match) => match[1]);
      const match = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(path);
      if (route.kind !== kind || !match) continue;
      return { handle, params: Object.fromEntries(names.map((name, n) => [name, match[n + 1]])) };
    }
    throw new Error(`no ${kind} route ${path}`);
  }

  /** Calls a raw route. The `X-User` header identifies the user. */
  answer(request) {
    const { handle, params } = this.#find('raw', new URL(request.url).pathname.slice(1));
    const id = Number(request.headers.get('x-user') ?? 1);
    return handle(request, this.context({ id, name: `user ${id}` }, params));
  }

  /** Calls a typed route. */
  call(path, input, user) {
    const { handle, params } = this.#find('typed', path);
    return handle(input, this.context(user, params));
  }

  /** Serves the raw routes. */
  async listen(t) {
    const listener = bridge((request) => this.answer(request));
    const running = await listen(http.createServer(listener), 'http', connectHTTP1);
    t.after(() => {
      this.sse.shutdown();
      running.close();
    });
    const as = (user) => ({ headers: { 'X-User': `${user}` } });
    return { ...running, visit: (path, user = 1) => running.connect(path, as(user)) };
  }
}
