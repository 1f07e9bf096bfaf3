// Processes that share channels, and clients of them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectHTTP1 } from '../support/clients/http1.mjs';

const fileOf = (program) => fileURLToPath(new URL(program, import.meta.url));

export class Node {
  gaps = [];
  #child;
  #asked = new Map();
  #next = 0;

  static async start(t, given, program = 'node.mjs') {
    const node = new Node();
    node.#child = fork(fileOf(program), [JSON.stringify(given)]);
    t.after(() => node.kill());
    // Sending to a process that has just been killed fails.
    node.#child.on('error', () => {});
    const failed = once(node.#child, 'exit').then(() => {
      throw new Error(`${program} has ended before it was ready`);
    });
    const [{ port }] = await Promise.race([once(node.#child, 'message'), failed]);
    failed.catch(() => {});
    node.origin = `http://127.0.0.1:${port}`;
    node.#child.on('message', (message) => node.#told(message));
    return node;
  }

  #told({ number, answer, code, message, gap, blocking }) {
    if (gap !== undefined) this.gaps.push(gap);
    else if (blocking) this.isBlocking = true;
    else {
      const { resolve, reject } = this.#asked.get(number);
      this.#asked.delete(number);
      if (message === undefined) resolve(answer);
      else reject(Object.assign(new Error(message), { code }));
    }
  }

  ask(name, words) {
    const number = this.#next;
    this.#next += 1;
    this.#child.send({ number, name, ...words });
    return new Promise((resolve, reject) => this.#asked.set(number, { resolve, reject }));
  }

  /** Opens a stream of these channels. Resolves when the client is a member. */
  open(channels, id) {
    return this.#open(new URLSearchParams(channels.map((name) => ['channel', name])), id);
  }

  /** Opens a stream of a client of the broker. Resolves when the client has connected. */
  connect(client, topics, id) {
    const query = new URLSearchParams(topics.map((name) => ['topic', name]));
    query.set('client', client);
    return this.#open(query, id);
  }

  async #open(query, id) {
    const headers = id === undefined ? {} : { 'Last-Event-ID': id };
    const client = await connectHTTP1(this.origin, `/?${query}`, { headers });
    // The head may arrive before the end of the turn in which the connection joins.
    await this.ask('state');
    return client;
  }

  /** Sends a signal to the process, such as SIGSTOP or SIGCONT. */
  signal(name) {
    this.#child.kill(name);
  }

  async kill() {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
