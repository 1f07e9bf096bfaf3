import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { sluice } from '../../support/site.mjs';

const TYPES = { html: 'text/html', js: 'text/javascript' };
const fileOf = (url) => {
  if (url.startsWith('/client/')) return new URL(`../../..${url}`, import.meta.url);
  if (url === '/page.js') return new URL('page.js', import.meta.url);
  if (url === '/') return new URL('page.html', import.meta.url);
};

/**
 * Serves a page with the client, and `/events`, a channel with a history. A test answers a request
 * itself if its `handle` returns true. `opened` holds the requests for events. `cut` simulates a
 * crash.
 */
export class Site {
  channel = new sluice.Channel({ historySize: 100_000 });
  opened = [];
  #sent = 0;
  #sockets = new Set();
  #server;
  #handle;
  #port = 0;
  #flow;

  static async start(t, handle = () => false) {
    const site = new Site();
    site.#handle = handle;
    await site.listen();
    t.after(() => site.close());
    return site;
  }

  async listen() {
    this.#server = http.createServer((req, res) => this.#answer(req, res));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = this.#server.address().port;
  }

  get port() {
    return this.#port;
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Destroys all connections and stops listening. */
  async cut() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const connection of this.channel.connections()) connection.response.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async close() {
    clearInterval(this.#flow);
    if (this.#server.listening) await this.cut();
    this.channel.close();
  }

  /** Sends an event with the next number as its id, and returns the number. */
  send(event) {
    this.#sent += 1;
    this.channel.send({ id: String(this.#sent), data: { n: this.#sent }, ...event });
    return this.#sent;
  }

  /** Sends at a steady rate. The returned function stops that and returns the last number. */
  flow(interval = 5) {
    this.#flow = setInterval(() => this.send(), interval);
    return () => {
      clearInterval(this.#flow);
      return this.#sent;
    };
  }

  async #answer(req, res) {
    if (this.#handle(req, res, this)) return;
    const file = fileOf(req.url);
    if (file) {
      const type = TYPES[fileURLToPath(file).split('.').pop()];
      res.setHeader('Access-Control-Allow-Origin', '*');
      return res.writeHead(200, { 'Content-Type': type }).end(await readFile(file));
    }
    if (req.url === '/events') return this.stream(req, res);
    res.writeHead(404).end();
  }

  stream(req, res, options) {
    this.opened.push({ at: performance.now(), headers: req.headers, method: req.method });
    this.channel.add(new sluice.Connection(req, res, { pingInterval: 50, ...options }));
    return true;
  }
}
