/**
 * The API reference of `sluice/nats`: channels that span processes, over NATS with JetStream.
 * Times are in milliseconds.
 */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

/** A user and a password, or a token. */
export interface NatsCredentials {
  user?: string;
  password?: string;
  token?: string;
}

/** Certificates and keys are PEM. */
export interface NatsTlsOptions {
  /**
   * The authorities that are trusted. Default: those of Mozilla, which are part of the package. The
   * store of the system and `NODE_EXTRA_CA_CERTS` are not used.
   */
  ca?: string | Buffer;
  /** The certificate of this client, and its key. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** The name in the certificates of the servers, if it is not the host. */
  serverName?: string;
}

export interface NatsBackplaneOptions {
  /**
   * One server or several of a cluster: `nats://[user:password@]host[:port]`, or `tls://` with TLS.
   * A user without a password is a token. All servers must have the same ones.
   */
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
  /** The user and the password, together. Default: those in the URLs of `servers`, or none. */
  user?: string;
  password?: string;
  /** A token, instead of a user. */
  token?: string;
  /**
   * Returns a user and a password, or a token. It is called at each connect, and has five seconds.
   * If it fails, the connection is tried again. It cannot be combined with `user`, `password` and
   * `token`, nor with a user in `servers`.
   */
  credentials?: () => NatsCredentials | Promise<NatsCredentials>;
  /** Requires TLS, as does a server that begins with `tls://` or that asks for TLS. */
  tls?: true | NatsTlsOptions;
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
