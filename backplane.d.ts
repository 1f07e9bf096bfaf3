/** The API reference of `sluice/backplane`: backplanes with a custom engine, and in memory. */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

/** An event on its way to the engine. */
export interface Publication {
  /**
   * The name of the channel or the topic, with its kind. An event for a topic may have a second
   * subject, which stands for all topics. The event has the same number in both.
   */
  subjects: string[];
  /** The event. The engine delivers it unchanged. */
  payload: Uint8Array;
  /** Whether the log keeps the event. */
  isKept: boolean;
  /**
   * Increases with each publication of a backplane. A publication that is retried after a lost
   * connection has the same number: the engine must accept it only once, and return the same
   * result.
   */
  number: number;
}

/** The result of a publication. */
export interface PublishResult {
  /** The event's number in the log. `undefined` if the publication was accepted long ago. */
  number?: number;
  /** Why the engine refuses the publication. The promise of `publish()` rejects with this text. */
  refused?: string;
}

/** An event in the log. */
export interface LogArrival {
  subject: string;
  /** The name of the log. */
  epoch: string;
  /**
   * The event's place in the log, from 1. Numbers increase and are never reused. At most 2^48 - 1.
   */
  number: number;
  /** The number of the previous kept event in the same subject. 0 if there is none. */
  previous: number;
  payload: Uint8Array;
}

/** The events of a subject that a log has after a number. */
export interface RetainedEvents {
  subject: string;
  /** The events, in order. */
  arrivals: LogArrival[];
  /** All kept events after this number are included. */
  floor: number;
}

export interface LogPosition {
  /**
   * The name of the log: 1 to 7 digits and lower-case letters, chosen at random. A log that has
   * lost events without a trace must choose a new name.
   */
  epoch: string;
  /** The number of the latest event. */
  last: number;
}

export interface EngineCallbacks {
  /** Delivers events of followed subjects, in the order of the log. */
  deliver(arrivals: LogArrival[]): void;
  /** Reports that the connection is lost. `connect()` is then called again. */
  lost(error: unknown): void;
}

/**
 * Keeps a log of each subject in one order, and delivers each event to its followers. A method may
 * return a promise, which must settle within five seconds. If a method fails or returns an invalid
 * value, the connection counts as lost and `connect()` is called again.
 */
export interface BackplaneEngine {
  /** Connects or reconnects. Callbacks of an earlier connection no longer have an effect. */
  connect(callbacks: EngineCallbacks): void | Promise<void>;
  /** Publishes in order. Returns a result for each publication. */
  publish(batch: Publication[]): PublishResult[] | Promise<PublishResult[]>;
  /**
   * Starts to follow subjects. Every event that is published after it resolves must be delivered.
   */
  follow(subjects: string[]): void | Promise<void>;
  unfollow(subjects: string[]): void | Promise<void>;
  position(): LogPosition | Promise<LogPosition>;
  /** Returns an item for each subject, in the same order. All items describe the same moment. */
  read(after: { subject: string; number: number }[]): RetainedEvents[] | Promise<RetainedEvents[]>;
  /** Called when the backplane is closed. */
  close?(): void;
}

export interface CustomBackplaneOptions {
  /** The maximum number of bytes of events that are queued for the engine. Default: 16 MiB. */
  maxQueueBytes?: number;
  /** As in `redisBackplane()`. Default: `wait`. */
  outage?: 'wait' | 'fail';
}

/**
 * Connects channels through an engine that your application implements. Events pass through
 * JavaScript, so they are delayed while JavaScript is blocked.
 * [lib/backplane/memory.js](lib/backplane/memory.js) is an example of an engine.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { type BackplaneEngine, customBackplane } from 'sluice/backplane';
 *
 * function subscribe(engine: BackplaneEngine) {
 *   return new Channel({ name: 'news', backplane: customBackplane(engine, { outage: 'fail' }) });
 * }
 * ```
 *
 * @throws `ERR_SSE_TYPE` if the engine lacks a method, and `ERR_SSE_OPTION` if an option has the
 * wrong type or is out of range.
 */
export function customBackplane(
  engine: BackplaneEngine,
  options?: CustomBackplaneOptions,
): Backplane;

export interface MemoryBackplaneOptions extends CustomBackplaneOptions {
  /** Backplanes with the same name share their channels. Default: `sluice`. */
  name?: string;
  /**
   * `events`: how many events the log keeps for each channel until the process exits. Default: 500.
   */
  retain?: { events?: number };
}

/**
 * Connects the channels of one thread in memory, for development and tests. The application behaves
 * as with several processes, without a server.
 *
 * @example
 * ```ts
 * import { Channel } from 'sluice';
 * import { memoryBackplane } from 'sluice/backplane';
 *
 * const news = new Channel({ name: 'news', backplane: memoryBackplane() });
 * const { id } = await news.publish({ event: 'headline', data: 'Everybody gets this' });
 * ```
 *
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range.
 */
export function memoryBackplane(options?: MemoryBackplaneOptions): Backplane;
