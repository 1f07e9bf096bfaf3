// Runs a child process that answers each line of words with one line of JSON.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Milliseconds to wait for an answer. */
const PATIENCE = 300_000;
const running = new Set();

export class Child {
  #process;
  #lines;

  constructor(command, args = []) {
    this.name = args.at(-1) ?? command;
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(this.#process);
    this.#process.on('error', () => {});
    this.#process.stdin.on('error', () => {});
    this.#process.on('close', () => running.delete(this.#process));
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Reads the next answer. The child prints its first line without a command. */
  async answer() {
    let timer;
    const late = new Promise((_resolve, reject) => {
      const message = `${this.name} did not answer within ${PATIENCE / 1000} s`;
      timer = setTimeout(() => reject(new Error(message)), PATIENCE);
    });
    try {
      const { value, done } = await Promise.race([this.#lines.next(), late]);
      if (done) throw new Error(`${this.name} exited before it answered`);
      return JSON.parse(value);
    } finally {
      clearTimeout(timer);
    }
  }

  ask(...words) {
    this.#process.stdin.write(`${words.join(' ')}\n`);
    return this.answer();
  }

  get pid() {
    return this.#process.pid;
  }

  signal(name) {
    this.#process.kill(name);
  }

  async stop() {
    if (!running.has(this.#process)) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'close');
  }
}

export function killAll() {
  for (const child of running) child.kill('SIGKILL');
}
