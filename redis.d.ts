/**
 * The API reference of `sluice/redis`: channels that span processes, over Redis or Valkey.
 * Times are in milliseconds.
 */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

export interface RedisBackplaneOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://` with TLS. */
  url: string;
  /**
   * The beginning of all keys, in braces. Backplanes with the same prefix share their channels. 1
   * to 100 letters, digits, `_`, `.` and `-`.
   * Default: `sluice`.
   */
  prefix?: string;
  /** What Redis keeps of each channel, for clients that come back. */
  retain?: {
    /** How many events; Redis may keep a few more. Default: 500. */
    events?: number;
    /** For how long after the latest event. Default: 3,600,000, an hour. At least 1,000. */
    age?: number;
  };
  /** How many bytes of events may wait for Redis. Default: 16 MiB. */
  maxQueueBytes?: number;
  /**
   * What happens to events while Redis cannot be reached.
   * - `wait`: they wait, until `maxQueueBytes` are waiting. Then sending throws
   *   `ERR_SSE_BACKPLANE_FULL`.
   * - `fail`: sending throws `ERR_SSE_BACKPLANE`.
   *
   * Default: `wait`.
   */
  outage?: 'wait' | 'fail';
}

/**
 * Connects the channels of several processes over Redis. The core keeps two connections to it, from
 * the first channel on, on a thread of its own: events of other processes
 * reach clients even while JavaScript is busy.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { redisBackplane } from 'sluice/redis';
 *
 * const backplane = redisBackplane({ url: 'redis://127.0.0.1:6379' });
 * const news = new Channel({ name: 'news', backplane });
 * const { id } = await news.publish({ event: 'headline', data: 'Everybody gets this' });
 * ```
 *
 * @throws `ERR_SSE_OPTION` if an option has the wrong type or is out of range.
 */
export function redisBackplane(options: RedisBackplaneOptions): Backplane;
