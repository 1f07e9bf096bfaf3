/** The exports of `sluice/client`. */

export { connectBroker } from './broker.js';
export { SSEClient } from './client.js';
export { connectSSE, createSSEClient, getSSEManager } from './connect.js';
export { SSEError } from './connection/error.js';
export { SSEManager } from './sse-manager.js';
