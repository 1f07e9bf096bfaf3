/**
 * The API reference of `sluice/backplane`: backplanes over an engine of your own, and in memory.
 */
import type { Backplane } from './types/backplane.js';

export type { Backplane, BackplaneEvents } from './types/backplane.js';

/** An event on its way to the engine. */
export interface Publication {
  /**
   * The name of the channel or the topic, with its kind. An event for a topic may have a second
   * subject, that of all topics. It has the same number in both.
   */
  subjects: string[];
  /** The event. The engine gives it back unchanged. */
  payload: Uint8Array;
  /** Whether the log keeps it. */
  isKept: boolean;
  /**
   * Counts up in a backplane. A publication that is sent again after a lost connection has the same
   * number: the engine must take it once, and answer as before.
   */
  number: number;
}

/** What became of a publication. */
export interface PublishResult {
  /** Its number in the log. `undefined` if it was taken long ago. */
  number?: number;
  /** Why the engine refuses it. The promise of `publish()` rejects with it. */
  refused?: string;
}

/** An event as the log has it. */
export interface LogArrival {
  subject: string;
  /** The name of the log. */
  epoch: string;
  /** Its place in the log, from 1. Numbers go up, and none is given twice. At most 2^48 - 1. */
  number: number;
  /** The number of the kept event before it in the same subject. 0 if there is none. */
  previous: number;
  payload: Uint8Array;
}

/** What a log has of a subject after a number. */
export interface RetainedEvents {
  subject: string;
  /** In order. */
  arrivals: LogArrival[];
  /** Every event after this number that was kept is there. */
  floor: number;
}

export interface LogPosition {
  /**
   * The name of the log: 1 to 7 digits and lower-case letters, chosen at random. A log that has
   * lost events without a trace needs another one.
   */
  epoch: string;
  /** The number of its latest event. */
  last: number;
}

export interface EngineCallbacks {
  /** Hands in events of followed subjects, in the order of the log. */
  deliver(arrivals: LogArrival[]): void;
  /** The connection is lost. `connect()` is called again. */
  lost(error: unknown): void;
}

/**
 * Keeps a log of each subject in one order, and tells its followers of each event. A method may
 * return a promise. It has five seconds. If it fails, or returns something else than described, the
 * connection counts as lost, and `connect()` is called again.
 */
export interface BackplaneEngine {
  /** Connects, also again. Callbacks of an earlier connection have no effect any more. */
  connect(callbacks: EngineCallbacks): void | Promise<void>;
  /** Publishes in order. Returns a result for each publication. */
  publish(batch: Publication[]): PublishResult[] | Promise<PublishResult[]>;
  /** Every event that is published after it resolves is delivered. */
  follow(subjects: string[]): void | Promise<void>;
  unfollow(subjects: string[]): void | Promise<void>;
  position(): LogPosition | Promise<LogPosition>;
  /** Returns an item for each subject, in the same order, and all as of one moment. */
  read(after: { subject: string; number: number }[]): RetainedEvents[] | Promise<RetainedEvents[]>;
  /** The backplane was closed. */
  close?(): void;
}

export interface CustomBackplaneOptions {
  /** How many bytes of events may wait for the engine. Default: 16 MiB. */
  maxQueueBytes?: number;
  /** As in `redisBackplane()`. Default: `wait`. */
  outage?: 'wait' | 'fail';
}

/**
 * Connects channels through an engine that your application implements. Events pass through
 * JavaScript, so they do not arrive while it is blocked.
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
  /** Backplanes of one name share their channels. Default: `sluice`. */
  name?: string;
  /** `events`: how many the log keeps of each channel, until the process ends. Default: 500. */
  retain?: { events?: number };
}

/**
 * Connects the channels of one thread in memory, for development and tests: the application runs as
 * it does with several processes, without a server.
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
