// Checks that every export of the client's code matches index.d.ts.
import type * as contract from 'sluice/client';
import { SSEClient } from '../../../client/client.js';
import { connectSSE, createSSEClient, getSSEManager } from '../../../client/connect.js';
import { SSEError } from '../../../client/connection/error.js';
import type { Options } from '../../../client/options.js';
import { SSEManager } from '../../../client/sse-manager.js';

export const classes: {
  SSEClient: new (config: contract.SSEConfig) => contract.SSEClient;
  SSEManager: new () => contract.SSEManager;
  SSEError: new (...details: ConstructorParameters<typeof contract.SSEError>) => contract.SSEError;
} = { SSEClient, SSEManager, SSEError };

export const functions: Pick<typeof contract, 'connectSSE' | 'createSSEClient' | 'getSSEManager'> =
  { connectSSE, createSSEClient, getSSEManager };

/** Checks that both have the same options. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
export const options: Same<keyof contract.SSEConfig, keyof Options> = true;
