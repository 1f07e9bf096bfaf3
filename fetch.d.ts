/**
 * sluice/fetch: event streams as Fetch `Response`s, for Hono, Next.js route handlers and whatever else answers with one.
 */
import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Connection, ConnectionOptions, EventMap } from './index.js';
import type { TopicOptions } from './types/broker.js';

export interface SSEConfig
  extends Pick<
    ConnectionOptions,
    'headers' | 'maxLifetime' | 'maxQueueBytes' | 'stallTimeout' | 'timeout'
  > {
  /** A comment with the time is sent at once, and at that interval. Default 30 000; 0 is never again. */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /** How long clients wait before they reconnect. Default 3 000. */
  retryInterval?: number;
  /** How many events may wait for a client, beside the bytes of `maxQueueBytes`, before it is removed. 0, the default, is no limit. */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /** What is kept of each channel for clients that come back, or a function that says so of a new channel. */
  topic?: TopicOptions | ((channel: string) => TopicOptions | undefined);
}

export interface AddClientOptions {
  /** What the request has as `Last-Event-ID`. Longer than 1 KiB it is ignored. */
  lastEventId?: string | null | undefined;
  /** Alias of `lastEventId`. */
  lastEventID?: string | null | undefined;
  /**
   * The Node response that the `Response` will be written to. With `@hono/node-server` this is
   * `c.env.outgoing`. The client is then removed when this response closes, and on HTTP/1.x the
   * response is the last one on its socket: it says `Connection: close`, and requests that the client
   * pipelines behind it are dropped. Without it, a client can open many streams on one socket.
   */
  outgoing?: ServerResponse | Http2ServerResponse | undefined;
}

/** One client, as long as the body of its response is open. */
export interface SSEClient<Events extends object = EventMap> {
  /** Unique among the clients. It is no secret, and proves nothing. */
  readonly id: string;
  /** What it is subscribed to, live: adding to it subscribes, and deleting from it unsubscribes. */
  readonly channels: Set<string>;
  /**
   * For what the methods of {@link SSE} cannot do. Everything goes through the connection and keeps its place in the order:
   * `enqueue` takes complete frames in one or more pieces, and throws `ERR_SSE_FRAME` at what is none; `close` ends the body after
   * what was sent, `error` at once. After either the client is removed. What is enqueued for a client that has left is dropped.
   */
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  readonly createdAt: Date;
  /** The cursor it came back with. */
  readonly lastEventId?: string | undefined;
  /** For its `close` and `gap`, and for streaming a source. Its `request` and `response` only stand for those of Node. */
  readonly connection: Connection<Events>;
}

export interface SSE<Events extends object = EventMap> {
  /**
   * Registers a client. The body of its response begins with `retry` and a comment with the time.
   *
   * A body that is cancelled, which servers do when the client leaves, removes the client. So does a reader that is too slow, by
   * `maxQueueBytes`, `eventBufferSize` or `stallTimeout`; its body fails with `ERR_SSE_CLOSED`, whereby servers drop the socket. A body
   * that nobody begins to read is too slow after `stallTimeout`. It does not keep the process alive.
   *
   * Servers on Node.js may not cancel the body of a request that waited behind others on its socket, and
   * run the handler of `GET` for `HEAD` too. Pass {@link AddClientOptions.outgoing} there. If the client
   * has left already, the client that is returned is closed and the body is empty.
   *
   * @throws `ERR_SSE_OPTION`; `ERR_SSE_BROKER_CLOSED` after {@link SSE.shutdown}.
   */
  addClient(options?: AddClientOptions): { client: SSEClient<Events>; response: Response };
  /** Removes a client; its body ends after what was sent. Nothing happens when there is no such client. */
  removeClient(clientId: string): void;
  getClient(clientId: string): SSEClient<Events> | undefined;
  /**
   * Subscribes a client to a channel, which is a non-empty string of at most 1,024 bytes. One that came back with a `lastEventId` gets
   * what it missed of the channel; where the channel's history does not know that id, its connection emits `gap`. False when there is no
   * such client.
   *
   * @throws `ERR_SSE_TOPIC`
   */
  subscribe(clientId: string, channel: string): boolean;
  /** False when there is no such client, or it was not subscribed. */
  unsubscribe(clientId: string, channel: string): boolean;
  /**
   * Sends an event to the subscribers of a channel. `data` is a string, sent as it is, or anything that JSON can carry.
   *
   * @throws `ERR_SSE_TOPIC`; `ERR_SSE_FIELD` CR, LF or NUL in `event` or `id`; `ERR_SSE_DATA`; `ERR_SSE_TYPE`. Whoever listens.
   */
  broadcast<Name extends keyof Events & string>(
    channel: string,
    event: Name,
    data: Events[Name],
    id?: string,
  ): void;
  /** As {@link SSE.broadcast}, to every client. It is in no history. */
  broadcastAll<Name extends keyof Events & string>(
    event: Name,
    data: Events[Name],
    id?: string,
  ): void;
  /** As {@link SSE.broadcast}, to one client. It is in no history. False when there is no such client, whatever the event. */
  sendTo<Name extends keyof Events & string>(
    clientId: string,
    event: Name,
    data: Events[Name],
    id?: string,
  ): boolean;
  /** Every client, those first that came first. */
  getClients(): SSEClient<Events>[];
  /** The subscribers of a channel, those first that came first. */
  getClientsByChannel(channel: string): SSEClient<Events>[];
  /** Removes every client, and lets no other in. */
  shutdown(): void;
}

/** @throws `ERR_SSE_OPTION` */
export function createSSE<Events extends object = EventMap>(config?: SSEConfig): SSE<Events>;
