/**
 * The API reference of `SSEBroker` and `SSEHelper`, which `sluice` exports.
 * Times are in milliseconds and sizes are in bytes.
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
import type { Backplane } from './backplane.js';
import type { DrainOptions, DrainResult } from './drain.js';
import type { EventIterator, TopicEventRead, TopicEventsOptions } from './events.js';
import type { SetupSSEOptions } from './setup-sse.js';

/**
 * Maps topic names to event maps. Names may be patterns, such as `orders.*`, or template literal
 * types.
 */
export type TopicMap = Record<string, EventMap>;

/**
 * The name of a topic. A key such as `orders.*` stands for all topics that it matches as a pattern,
 * such as `orders.7`.
 */
export type TopicName<Topics extends object> = AnyName<keyof Topics & string>;

type AnyName<Key extends string> = Key extends '*' | '>'
  ? string
  : Key extends `${infer Head}.${infer Tail}`
    ? `${Head extends '*' ? string : Head}.${AnyName<Tail>}`
    : Key;

/** Whether a pattern matches a topic: `*` stands for one token, and `>` for all that follow. */
type Matches<Pattern extends string, Topic extends string> = Pattern extends '>'
  ? true
  : Pattern extends `${infer Head}.${infer Tail}`
    ? Topic extends `${infer Token}.${infer Rest}`
      ? Head extends '*' | Token
        ? Matches<Tail, Rest>
        : false
      : false
    : Pattern extends '*'
      ? Topic extends `${string}.${string}`
        ? false
        : true
      : Topic extends Pattern
        ? true
        : false;

/** The keys of a topic: its name if the map has it, otherwise the patterns that match it. */
type KeyOf<Topics extends object, Topic extends string> = Topic extends keyof Topics
  ? Topic
  : {
      [Key in keyof Topics & string]: Matches<Key, Topic> extends true ? Key : never;
    }[keyof Topics & string];

/** An event of one topic. */
export type EventOfTopic<Topics extends object, Topic extends string> = TopicEvent<
  Pick<Topics, KeyOf<Topics, Topic> & keyof Topics>
>;

/** An event of any topic. */
export type TopicEvent<Topics extends object> = Topics[keyof Topics] extends infer Events
  ? Events extends object
    ? ServerSentEvent<Events>
    : never
  : never;

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** A client of a broker. */
export interface BrokerClient<Metadata extends object = Record<string, unknown>> {
  /** The client's id, which is unique within the broker. */
  readonly id: string;
  /**
   * A secret of 256 random bits that lets the client subscribe over HTTP; see {@link setupSSE}.
   * Share it only with this client.
   */
  readonly secret: string;
  readonly connection: Connection;
  readonly metadata: Metadata;
  /**
   * The client's subscriptions. The set is live: adding a topic subscribes the client, and deleting
   * a topic unsubscribes it.
   */
  readonly topics: Set<string>;
  readonly createdAt: Date;
  /** The cursor of a client that reconnects. */
  readonly lastEventId: string | undefined;
  /** Alias of `lastEventId`. */
  readonly lastEventID: string | undefined;
}

/** A client that is subscribed to a topic, in any process. */
export interface PresenceMember {
  /** The id of the client. Several connections with one id are one member. */
  id: string;
  /** The metadata that the option `presence` shows. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the application shows
  metadata: any;
  /** The random id of the broker in the client's process. */
  node: string;
}

/** The history of a topic, for clients that reconnect. See {@link ChannelOptions}. */
export interface TopicOptions
  extends Pick<ChannelOptions, 'historySize' | 'historyBytes' | 'historyAge' | 'ids'> {
  /**
   * How long a topic with a history is kept after its last subscriber has left, so that returning
   * subscribers receive the events that they missed. Default: 60,000; 0 removes it immediately. At
   * most 10,000 topics without any event are kept.
   */
  emptyTimeout?: number;
}

/**
 * The options of a broker. An option that is unknown, has the wrong type or is out of range throws
 * `ERR_SSE_OPTION`, and so do an option and its alias with different values.
 */
export interface SSEBrokerOptions<Metadata extends object = Record<string, unknown>> {
  /**
   * How many events may be queued for a slow client, in addition to `maxQueueBytes`, before it is
   * disconnected. Default: 1,000; 0 sets no limit.
   */
  maxQueueEvents?: number;
  /** Alias of `maxQueueEvents`. */
  eventBufferSize?: number;
  /** The time between two heartbeats. Default: 30,000; 0 turns them off. */
  pingInterval?: number;
  /** Alias of `pingInterval`. */
  heartbeatInterval?: number;
  /**
   * The form of heartbeats on the connections that the broker opens. Default: `'comment'`.
   *
   * - `'comment'`: an empty comment, which clients hide from the application.
   * - `'event'`: an event named `heartbeat` with the data `{}`, for clients that cannot see
   *   comments, such as a browser's `EventSource`. To listen for it, a typed client needs
   *   `heartbeat: object` in its event map.
   *
   * The core sends heartbeats, even while JavaScript is blocked. They have no id and are not stored
   * in histories. A heartbeat is skipped while other bytes are queued for the client.
   */
  heartbeat?: 'comment' | 'event';
  /** Defaults for the connections that {@link SSEBroker.connect} opens. */
  connection?: ConnectionOptions;
  /**
   * The options of topics, or a function that returns them for a new topic. Patterns share
   * `patternHistory` instead.
   */
  topic?: TopicOptions | ((topic: string) => TopicOptions | undefined);
  /** Whether `*` and `>` are wildcards in subscriptions. Default: `true`. */
  wildcards?: boolean;
  /**
   * Whether events have a field `topic` with the topic that they were sent to. `connectBroker` of
   * `sluice/client` requires it. An `EventSource` and other parsers ignore it. It is left out for
   * names that contain a line break or a NUL. Default: `true`.
   */
  topicField?: boolean;
  /**
   * The maximum number of patterns (topics with wildcards) that a client may be subscribed to at a
   * time. Each publication checks every pattern that matches. Default: 100; 0 allows none.
   */
  maxPatterns?: number;
  /**
   * The maximum number of topics and patterns together. Clients choose their names, and a topic is
   * kept for its `emptyTimeout`. A subscription that would exceed the limit throws `ERR_SSE_LIMIT`;
   * over HTTP the status is 503. Default: 100,000; 0 allows none.
   */
  maxTopicsTotal?: number;
  /**
   * The history that all patterns share. It contains every event of any topic, from the moment a
   * client first subscribes to a pattern. A client that reconnects and subscribes to a pattern
   * receives the matching events.
   *
   * Default: `historySize` 10,000, `historyBytes` 16 MiB and no `historyAge`. A `historySize` of 0
   * turns the history off.
   */
  patternHistory?: Pick<TopicOptions, 'historySize' | 'historyBytes' | 'historyAge' | 'ids'>;
  /**
   * Connects the broker with brokers of the same `name` in other processes; see docs/scaling.md.
   * Topics and broadcasts reach the clients of all processes. So do `send`, `disconnect`,
   * `subscribe` and `unsubscribe`. {@link SSEBroker.presence} lists the members in all processes,
   * and a client can reconnect to another process. Create it with `redisBackplane()` of
   * `sluice/redis` or `natsBackplane()` of `sluice/nats`. Default: none.
   *
   * All of these brokers must have the same `wildcards`. If you do not use patterns, set it to
   * false: the engine then keeps each event once instead of twice.
   */
  backplane?: Backplane;
  /**
   * The name of the broker in its backplane: 1 to 100 letters, digits, `_`, `.` and `-`. Default:
   * `main`.
   */
  name?: string;
  /**
   * How long the session of a client is kept after its connection has closed: its id, secret and
   * topics. Default: 60,000; 0 turns sessions off.
   *
   * The topics of a client that returns in time are restored while its connection opens, before
   * `onConnect`, so that all of them resume together. A topic that is no longer allowed, because of
   * `maxPatterns` or an error of the `topic` function, is left out. A client returns in one of two
   * ways:
   *
   * - {@link SSEBroker.connect} is called with its `id`, and the connection has a cursor
   *   (`lastEventId`). A client without a cursor counts as a new page, and the session of that id
   *   is deleted.
   * - It sends its id and secret to the routes of {@link setupSSE}.
   *
   * A broker keeps at most 10,000 sessions, whose topic names have at most 16,777,216 characters in
   * total, and deletes the oldest first. {@link SSEBroker.disconnect} deletes the session of a
   * client.
   */
  sessionTimeout?: number;
  /**
   * Lists clients as members of their topics, in {@link SSEBroker.presence}.
   *
   * - `true`: each client is listed with its whole `metadata`.
   * - A function: its return value is the metadata that all processes get. It is called when the
   *   client connects. `undefined` leaves the client out. An error ends the connection, like an
   *   error in `onConnect`.
   *
   * The metadata has at most 4,096 characters as JSON. A client is a member of its first 1,000
   * topics. Default: `false`.
   */
  presence?: boolean | ((client: BrokerClient<Metadata>) => unknown);
  /**
   * How long a client may be away from a topic before it counts as having left. A client that
   * returns in time, to any process, triggers neither `onLeave` nor `onJoin`. Default: 5,000.
   */
  presenceDelay?: number;
  /**
   * Called in every process when a topic has a new member. In a process that starts, it is also
   * called for the members that are already there.
   */
  onJoin?: (topic: string, member: PresenceMember) => void;
  /** Called in every process when a member has been away from a topic for `presenceDelay`. */
  onLeave?: (topic: string, member: PresenceMember) => void;
  /**
   * Called when a client connects. If it throws, the connection ends and
   * {@link SSEBroker.connect} throws the error.
   */
  onConnect?: (client: BrokerClient<Metadata>) => void;
  /**
   * Called when a client's connection has closed and the client has been removed. A client that
   * returns immediately may already have reconnected with the same id.
   */
  onDisconnect?: (client: BrokerClient<Metadata>, reason: CloseReason) => void;
  /** Allows or denies subscriptions over HTTP; see {@link SetupSSEOptions.authorizeSubscribe}. */
  // biome-ignore lint/suspicious/noExplicitAny: the framework's request
  authorizeSubscribe?: SetupSSEOptions<any>['authorizeSubscribe'];
}

/** The options of a client; see {@link SSEBroker.connect}. */
export interface ConnectOptions<Metadata extends object = Record<string, unknown>> {
  /**
   * The client's id, a non-empty string. Default: 128 random bits, which also replace an id that
   * another client already has. If a client returns with its id and a cursor, its topics are
   * restored; see {@link SSEBrokerOptions.sessionTimeout}.
   */
  id?: string;
  /** Application data about the client. Default: an empty object. */
  metadata?: Metadata;
}

/**
 * Clients by id and topics by name.
 *
 * A topic is created when the first client subscribes. Its name is a non-empty string of at most
 * 1,024 bytes in UTF-8. Dots separate the tokens of a name. In a subscription, `*` matches one
 * token, and `>` at the end matches one or more. Such a pattern has at most 64 tokens.
 *
 * Overlapping subscriptions deliver an event once, live and when a client resumes. Each topic has
 * its own history (see {@link TopicOptions}) and all patterns share one.
 *
 * @example
 * ```ts
 * import { SSEBroker } from 'sluice';
 *
 * const broker = new SSEBroker({ pingInterval: 15_000 });
 * app.get('/events', (req, res) => {
 *   const client = broker.connect(req, res, { metadata: { agent: req.get('User-Agent') } });
 *   broker.subscribe(client.id, 'news', 'orders.*');
 * });
 * broker.broadcastToTopic('orders.7', { event: 'shipped', data: { order: 7 } });
 * ```
 */
export class SSEBroker<
  Topics extends object = TopicMap,
  Metadata extends object = Record<string, unknown>,
> {
  /** @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range. */
  constructor(options?: SSEBrokerOptions<Metadata>);

  /**
   * Registers a client, on a new connection or on an open one.
   *
   * @throws the errors of {@link Connection}.
   * @throws `ERR_SSE_OPTION` if `id` is not a non-empty string, or `metadata` is not an object.
   * @throws `ERR_SSE_GONE` if the given connection has closed.
   * @throws `ERR_SSE_TYPE` if the given connection already has a client.
   * @throws `ERR_SSE_BROKER_CLOSED` if the broker is closed.
   * @throws `ERR_SSE_DRAINING` after `drain()`; see {@link DrainingError}.
   */
  connect(
    req: Request,
    res: Response,
    options?: ConnectOptions<Metadata> & ConnectionOptions,
  ): BrokerClient<Metadata>;
  connect(connection: Connection, options?: ConnectOptions<Metadata>): BrokerClient<Metadata>;
  /**
   * Ends a client's connection after its queued events are sent, and deletes its session. Returns
   * false if there is no such client. With a `backplane`, this method, `subscribe`, `unsubscribe`
   * and `send` reach a client of any process. They return true if the client is known to be
   * connected, and do not wait for its process. Errors in that process are not reported.
   *
   * @throws `ERR_SSE_BACKPLANE` or `ERR_SSE_BACKPLANE_FULL` if the backplane does not accept it.
   */
  disconnect(id: string): boolean;
  /**
   * Subscribes a client to topics. Returns false if there is no such client.
   *
   * When a client that reconnected with a cursor subscribes to a topic for the first time, it
   * receives the events of the topic that it missed. Topics that it subscribes to while the
   * connection opens are replayed together, as the option `resume` of {@link ConnectionOptions}
   * describes. The limit is 1,000 topics; for each additional topic the connection emits `gap`.
   *
   * If the call throws, the client is not subscribed to any of the new topics.
   *
   * @throws `ERR_SSE_TOPIC` if a topic name is invalid.
   * @throws `ERR_SSE_TOPIC_LIMIT` if the client would have more than `maxPatterns` patterns.
   * @throws `ERR_SSE_LIMIT` if there would be more than `maxTopicsTotal` topics and patterns.
   * @throws the errors of the broker's `topic` function.
   */
  subscribe(id: string, ...topics: string[]): boolean;
  /**
   * Unsubscribes a client from topics. Returns false if there is no such client, or if it was not
   * subscribed to any of them.
   */
  unsubscribe(id: string, ...topics: string[]): boolean;
  /**
   * Sends an event to one client. Returns false if there is no such client.
   *
   * @throws the errors of {@link Connection.send}.
   */
  send(id: string, event: TopicEvent<Topics>): boolean;
  /**
   * Sends an event to every client and returns how many there were. With a backplane, it reaches
   * the clients of all processes, and the result counts those of this process.
   *
   * @throws `ERR_SSE_BACKPLANE` or `ERR_SSE_BACKPLANE_FULL` if the backplane does not accept it.
   */
  broadcast(event: TopicEvent<Topics>): number;
  /**
   * Sends an event to the subscribers of a topic and returns how many there were. With a backplane,
   * it reaches the subscribers in all processes, and the result counts those of this process.
   *
   * @throws the errors of {@link Connection.send}.
   * @throws `ERR_SSE_TOPIC` if the topic name is invalid or contains wildcards.
   * @throws `ERR_SSE_BACKPLANE` or `ERR_SSE_BACKPLANE_FULL` if the backplane does not accept it.
   */
  broadcastToTopic<Topic extends TopicName<Topics>>(
    topic: Topic,
    event: EventOfTopic<Topics, Topic>,
  ): number;
  /**
   * Sends an event to the subscribers of a topic and resolves with its id. With a `backplane`, it
   * resolves once the engine has stored the event and the event has reached the subscribers in this
   * process. It stops waiting for these if the engine becomes unreachable, or after two to four
   * seconds. The id is undefined if the event has none and gets none. The promise rejects with the
   * errors of {@link SSEBroker.broadcastToTopic}.
   */
  publish<Topic extends TopicName<Topics>>(
    topic: Topic,
    event: EventOfTopic<Topics, Topic>,
  ): Promise<{ id: string | undefined }>;
  /**
   * Returns the number of clients of this process or, with `everywhere`, of all processes that
   * share the `backplane`, as far as this process knows.
   *
   * @throws `ERR_SSE_OPTION` if `everywhere` is not a boolean.
   */
  clientCount(options?: { everywhere?: boolean }): number;
  /**
   * Returns the members of a topic, or the subscribers of exactly that pattern, in all processes.
   * The array is empty without the option `presence`.
   *
   * @example
   * ```ts
   * import { SSEBroker } from 'sluice';
   *
   * const broker = new SSEBroker({
   *   presence: ({ metadata }) => ({ name: metadata.name }),
   *   onJoin: (topic, { metadata }) => console.log(`${metadata.name} joins ${topic}`),
   * });
   * broker.presence('room.7'); // [{ id, metadata: { name: 'Ada' }, node }]
   * ```
   *
   * @throws `ERR_SSE_TOPIC` if the topic is not a valid string.
   */
  presence(topic: string): PresenceMember[];
  /**
   * Returns the events of topics as an async iterable, for one loop in this process, like
   * {@link Channel.events}. Topics may be patterns.
   *
   * The loop gets the events that a client with these subscriptions would get. Events of
   * `broadcast()` are included and have no `topic`. The numbers that `broadcast()` and
   * `broadcastToTopic()` return include the loop, but it is not a client: `clients()` and presence
   * leave it out. It ends when the broker closes.
   *
   * @throws `ERR_SSE_TOPIC` if a topic name is invalid.
   * @throws `ERR_SSE_TOPIC_LIMIT` for more than `maxPatterns` patterns.
   * @throws `ERR_SSE_LIMIT` if there would be more than `maxTopicsTotal` topics and patterns.
   * @throws `ERR_SSE_OPTION` if an option is invalid.
   * @throws `ERR_SSE_BROKER_CLOSED` if the broker is closed.
   * @throws `ERR_SSE_DRAINING` after `drain()`; see {@link DrainingError}.
   *
   * @example
   * ```ts
   * import { SSEBroker } from 'sluice';
   *
   * const broker = new SSEBroker();
   * async function watch(after: string | undefined, signal: AbortSignal) {
   *   for await (const { id, topic, data } of broker.events('orders.*', { after, signal })) {
   *     console.log(id, topic, data);
   *   }
   * }
   * ```
   */
  events(
    topics: string | readonly string[],
    options?: TopicEventsOptions,
  ): EventIterator<EventMap, TopicEventRead<Topics>>;
  /** Returns the client with that id. */
  client(id: string): BrokerClient<Metadata> | undefined;
  /** Returns all clients, in the order in which they connected. */
  clients(): BrokerClient<Metadata>[];
  /**
   * Returns the clients that an event of that topic would reach or, for a pattern, its subscribers.
   * They are in the order in which they connected.
   */
  clientsByTopic(topic: string): BrokerClient<Metadata>[];
  /** Returns the topics and patterns that have subscribers. */
  topics(): string[];
  /** Whether `drain()` was called. */
  readonly draining: boolean;
  /**
   * Ends every client's connection as the function {@link drain} does, then closes the broker.
   * Clients receive events until their connections end. New clients are refused with
   * {@link DrainingError}.
   */
  drain(options?: DrainOptions): Promise<DrainResult>;
  /** Ends every connection and refuses new clients. Resolves when all connections have closed. */
  close(): Promise<void>;
}

/**
 * Common notifications, sent as events of a broker. Each method returns the result of the broker's
 * method: `send`, `broadcast` or `broadcastToTopic`.
 *
 * @example
 * ```ts
 * import { SSEBroker, SSEHelper } from 'sluice';
 *
 * const broker = new SSEBroker();
 * const helper = new SSEHelper(broker);
 * helper.notifyAll({ message: 'Maintenance in 5 minutes' });
 * helper.progressTopic('exports.7', 75, 'Uploading');
 * ```
 */
export class SSEHelper<Topics extends object = TopicMap> {
  /** @throws `ERR_SSE_TYPE` if the value is not a broker. */
  // biome-ignore lint/suspicious/noExplicitAny: the metadata does not matter
  constructor(broker: SSEBroker<Topics, any>);

  /** Sends an event named `notification` to a client. The data may be of any type. */
  notify(id: string, notification: unknown): boolean;
  /** Sends an event named `notification` to every client. */
  notifyAll(notification: unknown): number;
  /** Sends an event named `notification` to the subscribers of a topic. */
  notifyTopic(topic: TopicName<Topics>, notification: unknown): number;
  /** Sends an event named `update` with the data `{ key, value }` to a client. */
  update(id: string, key: string, value: unknown): boolean;
  /** Sends an event named `update` to every client. */
  updateAll(key: string, value: unknown): number;
  /** Sends an event named `update` to the subscribers of a topic. */
  updateTopic(topic: TopicName<Topics>, key: string, value: unknown): number;
  /** Sends an event named `alert` with the data `{ level, message }` to a client. */
  alert(id: string, level: string, message: string): boolean;
  /** Sends an event named `alert` to every client. */
  alertAll(level: string, message: string): number;
  /**
   * Sends an event named `progress` with the data `{ progress, message }` to a client.
   *
   * @throws `ERR_SSE_RANGE` if `progress` is not a number from 0 to 100.
   */
  progress(id: string, progress: number, message: string): boolean;
  /** Sends an event named `progress` to the subscribers of a topic. See {@link progress}. */
  progressTopic(topic: TopicName<Topics>, progress: number, message: string): number;
}
