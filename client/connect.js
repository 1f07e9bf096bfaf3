import { SSEClient } from './client.js';
import { SSEManager } from './sse-manager.js';

/** @import { SSEConfig } from './index.js' */

const manager = new SSEManager();

export const getSSEManager = () => manager;

/** @type {(name: string, config?: Partial<SSEConfig>) => SSEClient} */
export function connectSSE(name, config) {
  const client = manager.client(name, config);
  client.connect();
  return client;
}

/** @type {(config: SSEConfig) => SSEClient} */
export const createSSEClient = (config) => new SSEClient(config);
