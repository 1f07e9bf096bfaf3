import { once } from 'node:events';
import net from 'node:net';

/**
 * A TCP proxy that simulates a lost network: on request, it stops forwarding bytes and keeps its
 * connections open.
 */
export class SilentProxy {
  #server;
  #pairs = new Set();
  #isAsleep = false;

  static async start(t, port) {
    const proxy = new SilentProxy();
    proxy.#server = net.createServer((client) => proxy.#pass(client, port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    t.after(() => proxy.#close());
    return proxy;
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Silences all current connections for good. New connections wait until `wake`. */
  sleep() {
    this.#isAsleep = true;
    for (const pair of this.#pairs) this.#silence(pair);
  }

  wake() {
    this.#isAsleep = false;
  }

  #pass(client, port) {
    const server = net.connect(port, '127.0.0.1');
    const pair = [client, server];
    this.#pairs.add(pair);
    for (const socket of pair) socket.on('error', () => {});
    if (this.#isAsleep) return;
    client.pipe(server).pipe(client);
  }

  #silence([client, server]) {
    client.unpipe(server).pause();
    server.unpipe(client).pause();
  }

  #close() {
    this.#server.close();
    for (const socket of [...this.#pairs].flat()) socket.destroy();
  }
}
