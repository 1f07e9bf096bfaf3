// Checks that every export of the client's code matches index.d.ts.
import type * as contract from 'sluice/client';
import { connectBroker } from '../../../client/broker.js';
import { SSEClient } from '../../../client/client.js';
import { connectSSE, createSSEClient, getSSEManager } from '../../../client/connect.js';
import { SSEError } from '../../../client/connection/error.js';
import type { Internal, Options } from '../../../client/options.js';
import { SSEManager } from '../../../client/sse-manager.js';

export const classes: {
  SSEClient: new (config: contract.SSEConfig) => contract.SSEClient;
  SSEManager: new () => contract.SSEManager;
  SSEError: new (...details: ConstructorParameters<typeof contract.SSEError>) => contract.SSEError;
} = { SSEClient, SSEManager, SSEError };

export const functions: Pick<typeof contract, 'connectSSE' | 'createSSEClient' | 'getSSEManager'> =
  { connectSSE, createSSEClient, getSSEManager };

/** The code has no types for topics. */
export const broker: (...parameters: Parameters<typeof contract.connectBroker>) => Pick<
  contract.BrokerClient,
  'connect' | 'getState'
> & {
  subscribe(topic: string, handler: (event: contract.SSEEvent) => void): contract.Unsubscribe;
} = connectBroker;

/** Checks that both have the same options. */
type Same<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false;
export const options: Same<keyof contract.SSEConfig, Exclude<keyof Options, keyof Internal>> = true;
