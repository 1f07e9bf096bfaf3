// NATS with JetStream, as an engine of the bench.
import { assertInstalled, Program } from './program.mjs';

const PROGRAM = 'nats-server';

const argumentsFor = (port, directory) => [
  ...['--addr', '127.0.0.1', '--port', port],
  ...['--jetstream', '--store_dir', directory],
];

class NATSServer {
  /** Its name in the load client. */
  protocol = 'nats';
  #program;

  static async start() {
    const server = new NATSServer();
    server.#program = await Program.start(PROGRAM, argumentsFor);
    const { connection } = server.#program;
    connection.write('CONNECT {"verbose":false}\r\n');
    return server;
  }

  get port() {
    return this.#program.port;
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`;
  }

  /**
   * Publishes to the bare subscribers of the load client. The connection does not answer pings,
   * because NATS sends them long after the last message.
   */
  publish(text) {
    this.#program.connection.write(`PUB events ${Buffer.byteLength(text)}\r\n${text}\r\n`);
  }

  stop() {
    return this.#program.stop();
  }
}

export const nats = {
  title: 'NATS',
  assertInstalled: () => assertInstalled(PROGRAM),
  start: () => NATSServer.start(),
};
