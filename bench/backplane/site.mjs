// An engine, several servers on it, and one load client for all of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from '../child.mjs';
import { placeClient, placeServer } from '../placement.mjs';
import { loadClient } from '../servers.mjs';
import { engines } from './engines.mjs';

/** The time limit for operations that normally take a moment, in milliseconds. */
const PATIENCE = 20_000;

async function until(what, isTrue) {
  const deadline = Date.now() + PATIENCE;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}`);
    await sleep(20);
  }
}

/** A server with its connections. */
class Node {
  #load;
  #connections = 0;

  constructor(child, load) {
    this.child = child;
    this.#load = load;
  }

  async begin() {
    this.port = (await this.child.answer()).port;
    const isOnline = async () => (await this.child.ask('state')).state === 'online';
    await until('the engine', isOnline);
  }

  /** `others`: the number of connections of the load client to other nodes. */
  async connect(count, others = 0, cursors = []) {
    this.#connections += count;
    const { opened, failure } = await this.#load.ask('connect', this.port, count, ...cursors);
    const wanted = this.#connections + others;
    if (opened !== wanted) throw new Error(`${opened} of ${wanted} connected: ${failure}`);
    const counted = async () => (await this.child.ask('count')).count === this.#connections;
    await until(`${this.#connections} connections`, counted);
  }
}

/**
 * Starts an engine and a load client, and stops everything after the measurement. `start` of a site
 * starts another server with the given options and the engine.
 */
export async function withSite(engine, measure) {
  const children = [];
  const run = ([command, args], place) => {
    const child = new Child(...place([command, args]));
    children.push(child);
    return child;
  };
  const running = await engines[engine].start();
  try {
    const load = run(loadClient, placeClient);
    const start = async ([command, args], options = {}) => {
      const given = JSON.stringify({ engine, url: running.url, ...options });
      const node = new Node(run([command, [...args, given]], placeServer), load);
      await node.begin();
      return node;
    };
    return await measure({ engine: running, load, start });
  } finally {
    for (const child of children) await child.stop();
    await running.stop();
  }
}

/** Starts servers, and opens the same number of connections to each. */
export async function startAll({ start }, count, connections, command, options) {
  const nodes = [];
  for (let number = 0; number < count; number++) {
    const node = await start(command, options);
    await node.connect(connections, number * connections);
    nodes.push(node);
  }
  return nodes;
}
