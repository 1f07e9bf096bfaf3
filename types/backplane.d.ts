/** The API reference of backplanes, which connect the channels of several processes. */
import type { EventEmitter } from 'node:events';
import type { SluiceError } from '../index.js';

/** The events of a backplane. */
export interface BackplaneEvents {
  /** The engine can be reached, and what was missed meanwhile is delivered. */
  online: [];
  /** The engine cannot be reached. The core tries again until it can. */
  offline: [error: SluiceError];
}

/**
 * Carries events between processes. Create one with `redisBackplane()` of `sluice/redis`, or with
 * `customBackplane()` or `memoryBackplane()` of `sluice/backplane`.
 */
export interface Backplane extends EventEmitter<BackplaneEvents> {
  /**
   * - `idle`: no channel uses it, and it has no connection.
   * - `connecting`: a channel does, and the engine has not answered yet.
   * - `online` or `offline`: whether the engine can be reached.
   */
  readonly state: 'idle' | 'connecting' | 'online' | 'offline' | 'closed';
  /** How many bytes of events wait for the engine. */
  readonly queuedBytes: number;
  /**
   * Closes its connections. Channels that use it no longer get events of other processes, and
   * sending to them throws. Events that still wait for the engine are dropped.
   */
  close(): void;
}
