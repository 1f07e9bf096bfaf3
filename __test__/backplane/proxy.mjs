// A proxy before Redis, which can lose an answer together with the connection, or be slow.
import net from 'node:net';
import { freePort } from '../support/free-port.mjs';

export class LossyProxy {
  /** The next answer to a publication is lost. */
  loses = false;
  lost = 0;
  #cuts = new Set();
  #servers = new Set();

  static async start(t, target) {
    const proxy = new LossyProxy();
    const server = net.createServer((client) => {
      const redis = net.connect(target, '127.0.0.1');
      const cut = () => {
        proxy.#cuts.delete(cut);
        proxy.#servers.delete(redis);
        client.destroy();
        redis.destroy();
      };
      proxy.#cuts.add(cut);
      proxy.#servers.add(redis);
      let publishes = false;
      client.on('data', (chunk) => {
        publishes = chunk.includes('EVALSHA');
        redis.write(chunk);
      });
      redis.on('data', (chunk) => {
        if (!publishes || !proxy.loses) return client.write(chunk);
        proxy.loses = false;
        proxy.lost += 1;
        cut();
      });
      for (const socket of [client, redis]) socket.on('error', cut).on('close', cut);
    });
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

  /** Nothing from Redis arrives until `go()`. */
  stop() {
    for (const redis of this.#servers) redis.pause();
  }

  go() {
    for (const redis of this.#servers) redis.resume();
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }
}
