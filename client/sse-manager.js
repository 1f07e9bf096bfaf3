import { SSEClient } from './client.js';

/** @import { SSEConfig } from './index.js' */

/** Stores clients by name, so that all parts of an application share the same client. */
export class SSEManager {
  /** @type {Partial<SSEConfig>} */
  #defaults = {};
  /** @type {Map<string, SSEClient>} */
  #clients = new Map();

  /** @param {Partial<SSEConfig>} config */
  setDefaultConfig(config) {
    this.#defaults = { ...config };
  }

  /**
   * @param {string} name
   * @param {Partial<SSEConfig>} [config]
   */
  client(name, config) {
    const known = this.#clients.get(name);
    if (known) return known;
    // The client checks that the URL is present.
    const merged = /** @type {SSEConfig} */ ({ ...this.#defaults, ...config });
    const client = new SSEClient(merged);
    this.#clients.set(name, client);
    return client;
  }

  /** @param {string} name */
  has(name) {
    return this.#clients.has(name);
  }

  getClientNames() {
    return [...this.#clients.keys()];
  }

  /**
   * @param {string} name
   * @param {Partial<SSEConfig>} [config]
   */
  connect(name, config) {
    const client = this.client(name, config);
    client.connect();
    return client;
  }

  /** @param {string} name */
  disconnect(name) {
    this.#clients.get(name)?.disconnect();
    return this.has(name);
  }

  /** @param {string} name */
  remove(name) {
    return this.disconnect(name) && this.#clients.delete(name);
  }

  disconnectAll() {
    for (const client of this.#clients.values()) client.disconnect();
  }
}
