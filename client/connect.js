import { SSEClient } from './client.js';
import { SSEManager } from './sse-manager.js';

/** @import { SSEConfig } from './index.js' */

const manager = new SSEManager();

export const getSSEManager = () => manager;

/** @type {(name: string, config?: Partial<SSEConfig>) => SSEClient} */
export const connectSSE = (name, config) => manager.connect(name, config);

/** @type {(config: SSEConfig) => SSEClient} */
export const createSSEClient = (config) => new SSEClient(config);
