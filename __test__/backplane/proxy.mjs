// A proxy in front of an engine, which can lose an answer with its connection, or pause.
import net from 'node:net';
import { freePort } from '../support/free-port.mjs';

export class LossyProxy {
  /** Whether the next answer to a publication is lost. */
  loses = false;
  lost = 0;
  #protocol;
  #cuts = new Set();
  #servers = new Set();

  static async start(t, { port, url }) {
    const proxy = new LossyProxy();
    const server = net.createServer((client) => {
      const engine = net.connect(port, '127.0.0.1');
      const cut = () => {
        proxy.#cuts.delete(cut);
        proxy.#servers.delete(engine);
        client.destroy();
        engine.destroy();
      };
      proxy.#cuts.add(cut);
      proxy.#servers.add(engine);
      let publishes = false;
      client.on('data', (chunk) => {
        publishes = chunk.includes('EVALSHA');
        engine.write(chunk);
      });
      engine.on('data', (chunk) => {
        if (!publishes || !proxy.loses) return client.write(chunk);
        proxy.loses = false;
        proxy.lost += 1;
        cut();
      });
      for (const socket of [client, engine]) socket.on('error', cut).on('close', cut);
    });
    proxy.#protocol = new URL(url).protocol;
    proxy.port = await freePort();
    await new Promise((resolve) => server.listen(proxy.port, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      proxy.cut();
    });
    return proxy;
  }

  /** Cuts all connections. */
  cut() {
    for (const cut of this.#cuts) cut();
  }

  /** Holds back all data of the engine until `go()`. */
  stop() {
    for (const engine of this.#servers) engine.pause();
  }

  go() {
    for (const engine of this.#servers) engine.resume();
  }

  get url() {
    return `${this.#protocol}//127.0.0.1:${this.port}`;
  }
}
