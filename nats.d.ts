/**
 * The API reference of `sluice/nats`: channels that span processes, over NATS with JetStream.
 * Times are in milliseconds.
 */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

export interface NatsBackplaneOptions {
  /** One server or several of a cluster: `nats://host[:port]`, or `tls://` with TLS. */
  servers: string | string[];
  /**
   * The JetStream stream, which also is the beginning of all subjects. Backplanes with the same
   * stream share their channels. It is created if it is missing; otherwise its limits stay as they
   * are. 1 to 100 letters, digits, `_` and `-`. Default: `sluice`.
   */
  stream?: string;
  /** How many servers of a cluster keep the stream: 1 to 5. Default: 1. */
  replicas?: number;
  /** What NATS keeps of each channel, for clients that come back. */
  retain?: {
    /** How many events; NATS keeps some thousand more. Default: 500. */
    events?: number;
    /** For how long. Default: 3,600,000, an hour. At least 1,000. */
    age?: number;
  };
  /** The user and the password. */
  user?: string;
  password?: string;
  /** A token, instead of a user. */
  token?: string;
  /** How many bytes of events may wait for NATS. Default: 16 MiB. */
  maxQueueBytes?: number;
  /**
   * What happens to events while NATS cannot be reached.
   * - `wait`: they wait, until `maxQueueBytes` are waiting. Then sending throws
   *   `ERR_SSE_BACKPLANE_FULL`.
   * - `fail`: sending throws `ERR_SSE_BACKPLANE`.
   *
   * Default: `wait`.
   */
  outage?: 'wait' | 'fail';
}

/**
 * Connects the channels of several processes over NATS. The core keeps one connection to it, from
 * the first channel on, on a thread of its own: events of other processes reach clients even while
 * JavaScript is busy.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { natsBackplane } from 'sluice/nats';
 *
 * const backplane = natsBackplane({ servers: 'nats://127.0.0.1:4222' });
 * const news = new Channel({ name: 'news', backplane });
 * const { id } = await news.publish({ event: 'headline', data: 'Everybody gets this' });
 * ```
 *
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 */
export function natsBackplane(options: NatsBackplaneOptions): Backplane;
