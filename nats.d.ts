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
   * The trusted certificate authorities. Default: those of Mozilla, which are part of the package.
   * The system's certificate store and `NODE_EXTRA_CA_CERTS` are not used.
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
   * One server, or several servers of a cluster: `nats://[user:password@]host[:port]`, or `tls://`
   * for TLS. A user without a password is a token. All servers must have the same credentials.
   */
  servers: string | string[];
  /**
   * The name of the JetStream stream, which is also the prefix of all subjects. Backplanes with the
   * same stream share their channels. The stream is created if it is missing; the limits of an
   * existing stream stay unchanged. 1 to 100 letters, digits, `_` and `-`. Default: `sluice`.
   */
  stream?: string;
  /** The number of servers of a cluster that store the stream, from 1 to 5. Default: 1. */
  replicas?: number;
  /** The history that NATS keeps for each channel, for clients that reconnect. */
  retain?: {
    /** The number of events. NATS keeps some thousand more. Default: 500. */
    events?: number;
    /** How long events are kept. Default: 3,600,000, one hour. At least 1,000. */
    age?: number;
  };
  /** The user and the password, together. Default: those in the URLs of `servers`, or none. */
  user?: string;
  password?: string;
  /** A token, instead of a user. */
  token?: string;
  /**
   * Returns a user and a password, or a token. It is called for each connection attempt, and must
   * settle within five seconds. If it fails, the connection is retried. It cannot be combined with
   * `user`, `password` or `token`, or with a user in `servers`.
   */
  credentials?: () => NatsCredentials | Promise<NatsCredentials>;
  /**
   * Requires TLS. A URL that begins with `tls://`, or a server that asks for TLS, also turns it on.
   */
  tls?: true | NatsTlsOptions;
  /** The maximum number of bytes of events that are queued for NATS. Default: 16 MiB. */
  maxQueueBytes?: number;
  /**
   * How events are handled while NATS cannot be reached.
   * - `wait`: they wait, until `maxQueueBytes` are waiting. Then sending throws
   *   `ERR_SSE_BACKPLANE_FULL`.
   * - `fail`: sending throws `ERR_SSE_BACKPLANE`.
   *
   * Default: `wait`.
   */
  outage?: 'wait' | 'fail';
}

/**
 * Connects the channels of several processes over NATS. From the first channel on, the core keeps
 * one connection to it, on a separate thread. Events of other processes reach clients even while
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
