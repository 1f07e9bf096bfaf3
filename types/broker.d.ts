/**
 * The contract of `SSEBroker` and `SSEHelper`, which `sluice` exports. Times are milliseconds, sizes are bytes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type {
  ChannelOptions,
  CloseReason,
  Connection,
  ConnectionOptions,
  EventMap,
  ServerSentEvent,
} from '../index.js';
import type { SetupSSEOptions } from './setup-sse.js';

/** Maps a topic's name, or a template of names, to its events. */
export type TopicMap = Record<string, EventMap>;

/** An event of any topic. */
export type TopicEvent<Topics extends object> = Topics[keyof Topics] extends infer Events
  ? Events extends object
    ? ServerSentEvent<Events>
    : never
  : never;

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** One client of a broker. */
export interface BrokerClient<Metadata extends object = Record<string, unknown>> {
  /** Unique among the broker's clients. */
  readonly id: string;
  /** 256 random bits that only this client is to know; with it, it may subscribe over HTTP: see {@link setupSSE}. */
  readonly secret: string;
  readonly connection: Connection;
  readonly metadata: Metadata;
  /** What it is subscribed to, live: adding to it subscribes, and deleting from it unsubscribes. */
  readonly topics: Set<string>;
  readonly createdAt: Date;
  /** The cursor it came back with. */
  readonly lastEventId: string | undefined;
  /** Alias of `lastEventId`. */
  readonly lastEventID: string | undefined;
}

/** What is kept of each topic for clients that come back; see {@link ChannelOptions}. */
export interface TopicOptions
  extends Pick<ChannelOptions, 'historySize' | 'historyBytes' | 'historyAge'> {
  /**
   * How long a topic outlives its last subscriber while it has something to replay. Default 60 000. With 0, and where no
   * event with an id was sent, a topic goes at once.
   */
  emptyTimeout?: number;
}

export interface SSEBrokerOptions<Metadata extends object = Record<string, unknown>> {
  /**
   * How many events may wait for a client, beside the bytes of `maxQueueBytes`, before it is
   * disconnected. Default 1 000; 0 sets no limit.
   */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /** The time between two heartbeats. Default 30 000; 0 turns them off. */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /**
   * What a heartbeat is, on the connections that the broker opens. Default `'comment'`: an empty
   * comment, which clients do not pass on. `'event'`: an event named `heartbeat` with the data `{}`, for
   * clients that cannot see comments, such as a browser's `EventSource`. To listen to it, a typed client
   * needs `heartbeat: object` in its event map.
   *
   * The core sends heartbeats, also while JavaScript is blocked. They have no id, and histories do not
   * keep them. A heartbeat is left out while other bytes are queued for the client.
   */
  heartbeat?: 'comment' | 'event';
  /** For every client's connection, where {@link SSEBroker.connect} says nothing else. */
  connection?: ConnectionOptions;
  /** For every topic, or a function that says so for a topic that comes into being. Patterns share `patternHistory`. */
  topic?: TopicOptions | ((topic: string) => TopicOptions | undefined);
  /** Whether `*` and `>` of a subscription are wildcards. Default `true`. */
  wildcards?: boolean;
  /**
   * How many patterns (topics with wildcards) a client may be subscribed to at a time. Publishing
   * looks at every pattern that matches. Default 100; 0 allows none.
   */
  maxPatterns?: number;
  /**
   * The history that all patterns share: every event to any topic, once a client has subscribed to
   * a pattern. A client that comes back to a pattern gets what matches it. Default: `historySize`
   * 10 000, `historyBytes` 16 MiB, no `historyAge`; a `historySize` of 0 turns it off.
   */
  patternHistory?: Pick<TopicOptions, 'historySize' | 'historyBytes' | 'historyAge'>;
  /** Called when a client is connected. What it throws ends the connection, and {@link SSEBroker.connect} throws it. */
  onConnect?: (client: BrokerClient<Metadata>) => void;
  /** Called when a client's connection is closed, and the client no longer known. */
  onDisconnect?: (client: BrokerClient<Metadata>, reason: CloseReason) => void;
  /** Decides over subscriptions that come over HTTP; see {@link SetupSSEOptions.authorizeSubscribe}. */
  // biome-ignore lint/suspicious/noExplicitAny: the framework's request
  authorizeSubscribe?: SetupSSEOptions<any>['authorizeSubscribe'];
}

export interface ConnectOptions<Metadata extends object = Record<string, unknown>> {
  /** Default: 128 random bits. When another client has that id, this one gets a random one. */
  id?: string;
  /** What the application knows of the client. Default: an empty object. */
  metadata?: Metadata;
}

/**
 * Clients by id, topics by name.
 *
 * A topic comes into being when the first client subscribes. Its name is a non-empty string of at most 1,024 bytes in UTF-8. The dots
 * in it separate tokens, for wildcards: in a subscription `*` stands for one token, and `>` at the end for one or more; such a pattern
 * has 64 tokens at most. A client that is subscribed to a topic in several ways gets each event once. Each topic has a history of its
 * own (see {@link TopicOptions}), and all patterns share one, so that what overlapping subscriptions replay may overlap too.
 */
export class SSEBroker<
  Topics extends object = TopicMap,
  Metadata extends object = Record<string, unknown>,
> {
  /** @throws `ERR_SSE_OPTION` */
  constructor(options?: SSEBrokerOptions<Metadata>);

  /**
   * Opens a connection, or takes an open one, and registers its client.
   *
   * @throws as {@link Connection}; `ERR_SSE_OPTION` an id that is no non-empty string, metadata that is no object;
   * `ERR_SSE_GONE` the open connection was closed meanwhile; `ERR_SSE_TYPE` it has a client already; `ERR_SSE_BROKER_CLOSED`.
   */
  connect(
    req: Request,
    res: Response,
    options?: ConnectOptions<Metadata> & ConnectionOptions,
  ): BrokerClient<Metadata>;
  connect(connection: Connection, options?: ConnectOptions<Metadata>): BrokerClient<Metadata>;
  /** Ends a client's connection, after what is queued for it. False when there is no such client. */
  disconnect(id: string): boolean;
  /**
   * Subscribes a client to topics. One that came back with a cursor gets what it has missed of a topic when it subscribes to it for the
   * first time, or, of more than 1,000 topics, its `gap`; see that of {@link Connection}. False when there is no such client.
   *
   * @throws `ERR_SSE_TOPIC` not a topic's name; `ERR_SSE_TOPIC_LIMIT` more patterns than
   * `maxPatterns`; what the broker's option `topic` throws. Nothing was subscribed then.
   */
  subscribe(id: string, ...topics: string[]): boolean;
  /** False when there is no such client, or it was subscribed to none of the topics. */
  unsubscribe(id: string, ...topics: string[]): boolean;
  /**
   * Sends an event to one client. False when there is no such client.
   *
   * @throws as {@link Connection.send}
   */
  send(id: string, event: TopicEvent<Topics>): boolean;
  /** Sends an event to every client. How many there are. */
  broadcast(event: TopicEvent<Topics>): number;
  /**
   * Sends an event to the subscribers of a topic. How many there are.
   *
   * @throws as {@link Connection.send}; `ERR_SSE_TOPIC` not a topic's name, or one with wildcards.
   */
  broadcastToTopic<Topic extends keyof Topics & string>(
    topic: Topic,
    event: Topics[Topic] extends object ? ServerSentEvent<Topics[Topic]> : never,
  ): number;
  clientCount(): number;
  client(id: string): BrokerClient<Metadata> | undefined;
  /** Every client, those first that connected first. */
  clients(): BrokerClient<Metadata>[];
  /** Whom an event of that topic would reach, or, of a pattern, who is subscribed to it; those first that connected first. */
  clientsByTopic(topic: string): BrokerClient<Metadata>[];
  /** The topics and patterns that have subscribers. */
  topics(): string[];
  /** Ends every connection and refuses new ones. Resolves when all are closed. */
  close(): Promise<void>;
}

/** The usual notifications, as events of a broker. Each returns what the broker's method returns. */
export class SSEHelper<Topics extends object = TopicMap> {
  // biome-ignore lint/suspicious/noExplicitAny: whatever it knows of its clients
  constructor(broker: SSEBroker<Topics, any>);

  /** `event: notification`, with any data. */
  notify(id: string, notification: unknown): boolean;
  notifyAll(notification: unknown): number;
  notifyTopic(topic: keyof Topics & string, notification: unknown): number;
  /** `event: update`, with `{ key, value }`. */
  update(id: string, key: string, value: unknown): boolean;
  updateAll(key: string, value: unknown): number;
  updateTopic(topic: keyof Topics & string, key: string, value: unknown): number;
  /** `event: alert`, with `{ level, message }`. */
  alert(id: string, level: string, message: string): boolean;
  alertAll(level: string, message: string): number;
  /**
   * `event: progress`, with `{ progress, message }`.
   *
   * @throws `ERR_SSE_RANGE` when `progress` is not a number from 0 to 100.
   */
  progress(id: string, progress: number, message: string): boolean;
  progressTopic(topic: keyof Topics & string, progress: number, message: string): number;
}
