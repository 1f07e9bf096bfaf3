/**
 * The API reference of `sluice/mcp`: event stores and event buses for servers of the Model Context
 * Protocol. The types fit `@modelcontextprotocol/sdk` 1 and `@modelcontextprotocol/server` 2.
 */
import type { Runs } from './runs.js';
import type { Backplane } from './types/backplane.js';

export interface EventStoreOptions {
  /** The id of the session, as returned by `sessionIdGenerator`. */
  session: string;
  /**
   * The user of the session, as your authentication identifies them. A stolen session reveals
   * nothing to another principal. Null without a login.
   */
  principal: string | null;
}

/** The `EventStore` of an MCP server with sessions. */
export interface McpEventStore {
  // biome-ignore lint/suspicious/noExplicitAny: the messages of either version of the SDK
  storeEvent(streamId: string, message: any): Promise<string>;
  getStreamIdForEventId(eventId: string): Promise<string | undefined>;
  replayEventsAfter(
    lastEventId: string,
    // biome-ignore lint/suspicious/noExplicitAny: the messages of either version of the SDK
    context: { send: (eventId: string, message: any) => Promise<void> },
  ): Promise<string>;
}

/**
 * Returns the `eventStore` of one session, for the protocol before 2026-07-28. A client that
 * reconnects gets the messages that it missed. With the `backplane` of the runs, it may reconnect
 * to any process.
 *
 * The store has the limits of the runs: each stream keeps up to `maxEvents` and `maxBytes` for
 * `ttl` after its latest message, and there are up to `maxRuns` streams. The oldest messages and
 * streams are dropped first. `replayEventsAfter()` rejects with `ERR_SSE_CURSOR` if messages are
 * missing, or if the id does not belong to this session.
 *
 * @throws `ERR_SSE_TYPE` if `runs` was not created by `createRuns()`, and `ERR_SSE_OPTION` if an
 * option is missing.
 *
 * @example
 * ```ts
 * import { randomUUID } from 'node:crypto';
 * import * as http from '@modelcontextprotocol/sdk/server/streamableHttp.js';
 * import { eventStore } from 'sluice/mcp';
 * import { createRuns } from 'sluice/runs';
 *
 * const runs = createRuns({ authorize: () => false, ttl: 3_600_000 });
 *
 * function transportFor(principal: string) {
 *   const session = randomUUID();
 *   return new http.StreamableHTTPServerTransport({
 *     sessionIdGenerator: () => session,
 *     eventStore: eventStore(runs, { session, principal }),
 *   });
 * }
 * ```
 */
export function eventStore(runs: Runs, options: EventStoreOptions): McpEventStore;

export interface ServerEventBusOptions {
  /**
   * Servers with the same name share their events: 1 to 100 letters, digits, `_`, `.` and `-`.
   * Default: `mcp`.
   */
  name?: string;
}

/** The `ServerEventBus` of `@modelcontextprotocol/server` 2. */
export interface McpServerEventBus {
  /**
   * Calls the listeners in every process. Events are not kept: a process that cannot reach the
   * engine misses them.
   *
   * @throws `ERR_SSE_BACKPLANE_FULL` or `ERR_SSE_BACKPLANE` if the backplane does not accept the
   * event.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the events of the SDK
  publish(event: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: the events of the SDK
  subscribe(listener: (event: any) => void): () => void;
}

/**
 * Returns the `bus` of `createMcpHandler()` for several processes, for the protocol from 2026-07-28
 * on.
 *
 * @throws `ERR_SSE_OPTION` if an argument has the wrong type.
 *
 * @example
 * ```ts
 * import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
 * import { serverEventBus } from 'sluice/mcp';
 * import { redisBackplane } from 'sluice/redis';
 *
 * const bus = serverEventBus(redisBackplane({ url: 'redis://127.0.0.1:6379' }));
 * const handler = createMcpHandler(() => new McpServer({ name: 'tools', version: '1.0.0' }), {
 *   bus,
 * });
 * handler.notify.toolsChanged();
 * ```
 */
export function serverEventBus(
  backplane: Backplane,
  options?: ServerEventBusOptions,
): McpServerEventBus;
