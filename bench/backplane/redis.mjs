// Redis, as an engine of the bench.
import { assertInstalled, Program } from './program.mjs';

const PROGRAM = 'redis-server';

/** Persistence is turned off. */
const argumentsFor = (port, directory) => [
  ...['--port', port, '--bind', '127.0.0.1', '--dir', directory],
  ...['--save', '', '--appendonly', 'no'],
];

class RedisServer {
  /** Its name in the load client. */
  protocol = 'redis';
  #program;

  static async start() {
    const server = new RedisServer();
    server.#program = await Program.start(PROGRAM, argumentsFor);
    return server;
  }

  get port() {
    return this.#program.port;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Sends one command and resolves with the text of the reply. */
  async #ask(...words) {
    const { connection } = this.#program;
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    const answer = connection.next();
    connection.write(`*${words.length}\r\n${parts.join('')}`);
    return answer;
  }

  /** How often a range of a log was read. */
  async reads() {
    const stats = await this.#ask('INFO', 'commandstats');
    return Number(/cmdstat_xrange:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }

  /** Publishes to the bare subscribers of the load client. */
  publish(text) {
    return this.#ask('PUBLISH', 'events', text);
  }

  stop() {
    return this.#program.stop();
  }
}

export const redis = {
  title: 'Redis',
  assertInstalled: () => assertInstalled(PROGRAM),
  start: () => RedisServer.start(),
};
