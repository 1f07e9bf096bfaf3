/**
 * The API reference of `sluice/redis`: channels that span processes, over Redis or Valkey.
 * Times are in milliseconds.
 */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

export interface RedisCredentials {
  username?: string;
  password: string;
}

export interface RedisSentinelOptions {
  /** The name of the master. */
  name: string;
  /** The sentinels, as `host:port`. The default port is 26379. */
  nodes: string[];
  /** The user and the password of the sentinels, which are separate from those of the master. */
  username?: string;
  password?: string;
  /** Whether connections to the sentinels use TLS, with the options of `tls`. Default: false. */
  tls?: boolean;
}

/** Certificates and keys are PEM. */
export interface RedisTlsOptions {
  /**
   * The trusted certificate authorities. Default: those of Mozilla, which are part of the package.
   * The system's certificate store and `NODE_EXTRA_CA_CERTS` are not used.
   */
  ca?: string | Buffer;
  /** The certificate of this client, and its key. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** The name in the certificate of the server, if it is not the host. */
  serverName?: string;
}

export interface RedisBackplaneOptions {
  /**
   * `redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS. Exactly one of `url`,
   * `sentinel` and `cluster` is required.
   */
  url?: string;
  /** Sentinels, which are asked for the master at each connection attempt. */
  sentinel?: RedisSentinelOptions;
  /** A Redis Cluster of version 7 or later, which is asked for the owner of the keys. */
  cluster?: {
    /** Some nodes, as `host:port`. The default port is 6379. */
    nodes: string[];
  };
  /** The user. Default: that of `url`, or Redis' default user. */
  username?: string;
  /** The password. Default: that of `url`, or none. */
  password?: string;
  /**
   * Returns the user and the password. It is called for each connection attempt, and must settle
   * within five seconds. If it fails, the connection is retried. It cannot be combined with
   * `username` and `password`.
   */
  credentials?: () => RedisCredentials | Promise<RedisCredentials>;
  /** The number of the database. Default: that of `url`, or 0. A cluster has only 0. */
  database?: number;
  /** Connects with TLS. A `url` with `rediss://` also turns it on. */
  tls?: true | RedisTlsOptions;
  /**
   * The prefix of all keys, which is put in braces. Backplanes with the same prefix share their
   * channels. 1 to 100 letters, digits, `_`, `.` and `-`. Default: `sluice`.
   */
  prefix?: string;
  /** The history that Redis keeps for each channel, for clients that reconnect. */
  retain?: {
    /** The number of events. Redis may keep a few more. Default: 500. */
    events?: number;
    /**
     * How long events are kept after the latest one. Default: 3,600,000, one hour. At least 1,000.
     */
    age?: number;
  };
  /** The maximum number of bytes of events that are queued for Redis. Default: 16 MiB. */
  maxQueueBytes?: number;
  /**
   * How events are handled while Redis cannot be reached.
   * - `wait`: they wait, until `maxQueueBytes` are waiting. Then sending throws
   *   `ERR_SSE_BACKPLANE_FULL`.
   * - `fail`: sending throws `ERR_SSE_BACKPLANE`.
   *
   * Default: `wait`.
   */
  outage?: 'wait' | 'fail';
}

/**
 * Connects the channels of several processes over Redis. From the first channel on, the core keeps
 * two connections to it, on a separate thread. Events of other processes reach clients even while
 * JavaScript is busy.
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
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 */
export function redisBackplane(options: RedisBackplaneOptions): Backplane;
