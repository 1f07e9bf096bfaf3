import { fork } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../support/free-port.mjs';

const program = new URL('topics-program.mjs', import.meta.url);

/** A server in its own process. A restart loses its histories. */
export class TopicsServer {
  #child;
  #port;
  #runs = 0;
  #asked = 0;

  static async start(t) {
    const server = new TopicsServer();
    server.#port = await freePort();
    await server.restart();
    t.after(() => server.kill());
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  async restart() {
    if (this.#child) await this.kill();
    this.#runs += 1;
    this.#child = fork(program, [this.#port, this.#runs]);
    await once(this.#child, 'message');
  }

  async kill() {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Sends a command to the program and resolves with the answer. */
  async tell(name, value) {
    this.#asked += 1;
    const id = this.#asked;
    const child = this.#child;
    child.send({ id, name, value });
    for (;;) {
      const [message] = await once(child, 'message');
      if (message.id === id) return message.answer;
    }
  }
}
