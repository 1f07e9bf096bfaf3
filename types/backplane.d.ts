/** The API reference of backplanes, which connect the channels of several processes. */
import type { EventEmitter } from 'node:events';
import type { SluiceError } from '../index.js';

/** The events of a backplane. */
export interface BackplaneEvents {
  /** The engine is reachable, and events missed in the meantime have been delivered. */
  online: [];
  /** The engine is unreachable. The core retries until it can connect. */
  offline: [error: SluiceError];
}

/**
 * Carries events between processes. Create a backplane with `redisBackplane()` of `sluice/redis`,
 * or with `customBackplane()` or `memoryBackplane()` of `sluice/backplane`.
 */
export interface Backplane extends EventEmitter<BackplaneEvents> {
  /**
   * - `idle`: no channel uses it, and it has no connection.
   * - `connecting`: a channel uses it, and the engine has not answered yet.
   * - `online` or `offline`: the engine is reachable or unreachable.
   */
  readonly state: 'idle' | 'connecting' | 'online' | 'offline' | 'closed';
  /** The number of bytes of events that are queued for the engine. */
  readonly queuedBytes: number;
  /**
   * Closes the connections to the engine. Channels that use the backplane no longer get events from
   * other processes, and sending to them throws. Events that are still queued for the engine are
   * dropped.
   */
  close(): void;
}
