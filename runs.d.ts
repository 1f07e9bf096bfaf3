/**
 * The API reference of `sluice/runs`: streams that outlive their readers, such as the response of a
 * model. Times are in milliseconds and sizes are in bytes.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Connection, ConnectionOptions, ServerSentEvent } from './index.js';
import type { Backplane } from './types/backplane.js';

/**
 * - `running`: its source has not ended.
 * - `done`: its source has ended.
 * - `stopped`: `stop()` was called.
 * - `failed`: its source threw, it became too large, or its process died.
 */
export type RunState = 'running' | 'done' | 'stopped' | 'failed';

export interface RunStatus {
  readonly id: string;
  /** The owner that `start()` was given, or null. */
  readonly owner: string | null;
  readonly state: RunState;
  /** The number of events so far. Undefined in a list if only another process knows it. */
  readonly events: number | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
}

/** An event of a run, as sent to readers. */
export interface RunEvent {
  id: string;
  event?: string | undefined;
  /** The data as text. Strings are unchanged; other values are serialized as JSON. */
  data: string;
}

/**
 * Returns the items of the run: any source that {@link Connection.stream} accepts, or a promise of
 * one. The items are events or data. The `id` of an event is replaced. `signal` aborts when the run
 * is stopped; pass it to the model.
 */
export type RunSource<Item> = (context: {
  signal: AbortSignal;
}) => RunItems<Item> | Promise<RunItems<Item>>;

export type RunItems<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>;

export interface StartOptions {
  /** The owner of the run, for `authorize` and `list()`: 1 to 512 bytes. Default: null. */
  owner?: string | null;
}

/** The form in which readers receive a run, such as {@link aiSdk}. */
export interface RunFormat {
  /** Returns the headers of each stream. */
  headers?: (run: RunStatus) => OutgoingHttpHeaders;
  /** The last event of every run. Default: none. */
  done?: ServerSentEvent;
  /**
   * Returns the events of a run that has failed, before `done`. Do not show the error to clients.
   * Default: an event `failed` with `{ message: 'the run failed' }`.
   */
  failed?: (error: unknown) => ServerSentEvent[];
  /**
   * Returns the events of a run that was stopped, before `done`. Default: an event `stopped` with
   * an empty object.
   */
  stopped?: () => ServerSentEvent[];
  /** The status of the response if there is no such run. Default: 404. */
  noneStatus?: number;
  /**
   * Whether a reader without a cursor gets a run that has ended, in response to GET. Otherwise it
   * gets `noneStatus`. Default: true.
   */
  replayFinished?: boolean;
  /** Merges events for readers without a cursor; see `compact` in {@link RunsOptions}. */
  compact?: (events: RunEvent[]) => RunEvent[];
}

/**
 * The format of AI SDK 7, for `useChat({ resume: true })` and `WorkflowChatTransport`. The events
 * of a run are chunks such as those of `toUIMessageStream()`, with its headers, and `[DONE]` is the
 * last event. A run that was stopped or has failed ends with a `finish` chunk. Only running runs
 * are resumed; for all others the status is 204.
 */
export const aiSdk: RunFormat;

/** An option that is unknown, has the wrong type or is out of range throws `ERR_SSE_OPTION`. */
export interface RunsOptions {
  /**
   * Decides whether a request may read a run. It must return exactly `true`, or a promise of it.
   * Any other result is answered with status 403. `request` is the request passed to `respond()` or
   * `response()`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the request of any framework
  authorize: (request: any, run: RunStatus) => boolean | Promise<boolean>;
  /**
   * Shares the runs with all processes that have the same `name`: any of them can serve readers and
   * stop runs. The backplane must keep `maxEvents` and 16 more events of each channel, for at least
   * `ttl` and for as long as a source pauses; see `retain` in `redisBackplane()`. Default: none.
   */
  backplane?: Backplane;
  /** The name in the backplane: 1 to 100 letters, digits, `_`, `.` and `-`. Default: `runs`. */
  name?: string;
  /** How long a run that has ended can be replayed. Default: 300,000. At least 1. */
  ttl?: number;
  /**
   * The maximum number of bytes of data, names and comments of a run. A run that exceeds it fails
   * with `ERR_SSE_RUN_SIZE`. Default: 4 MiB.
   */
  maxBytes?: number;
  /** The maximum number of events of a run, with the same effect. Default: 10,000. */
  maxEvents?: number;
  /**
   * The maximum number of runs that this process holds, including runs of other processes that are
   * read here. The oldest run that has ended is dropped to make room. If all are running or being
   * read, `start()` rejects with `ERR_SSE_RUN_LIMIT`. Default: 1,000.
   */
  maxRuns?: number;
  /**
   * Merges the events that a reader without a cursor gets first: `true` uses the `compact` function
   * of the `format`. Each event that a function returns must have the id of the last event that was
   * merged into it. Default: false.
   */
  compact?: boolean | ((events: RunEvent[]) => RunEvent[]);
  /**
   * The format of the runs. Default: the events of the source, with an event `failed` if it fails.
   */
  format?: RunFormat;
  /** The name of events that are created from data. Default: none. */
  event?: string;
  /** The options of readers' connections. The default of `pingInterval` is 15,000. */
  connection?: ConnectionOptions;
  /**
   * Called when a run fails, for logging. Default: a process warning with the code `SLUICE_RUN`.
   */
  onError?: (error: unknown, run: RunStatus) => void;
}

/** A started run. */
export interface StartedRun {
  readonly id: string;
  /** Resolves when the run has ended, in any state. It never rejects. */
  readonly finished: Promise<RunStatus>;
}

export interface Runs {
  /**
   * Starts a run, and resolves when readers can connect. The source is read to its end, with or
   * without readers. A new run replaces an ended run with the same id.
   *
   * @throws `ERR_SSE_RUN_EXISTS` if a run with that id is still running, and `ERR_SSE_RUN_LIMIT` if
   * there are too many runs.
   * @throws `ERR_SSE_OPTION` if the id does not have 1 to 512 bytes, or an option is invalid.
   * @throws `ERR_SSE_BACKPLANE` if the backplane's engine does not answer.
   */
  start<Item>(id: string, source: RunSource<Item>, options?: StartOptions): Promise<StartedRun>;
  /**
   * Answers a request with the events of a run, then ends the stream. Resolves with the connection,
   * or with undefined if it responded with a status instead.
   *
   * The reader gets exactly the events after its cursor, or all of them. The cursor is
   * `Last-Event-ID`, or one of the query parameters `lastEventId`, `starting_after` and
   * `startIndex`: the id of an event, or the number of events that the reader has. A negative
   * number stands for that many of the latest events. A reader with a cursor of an earlier run gets
   * an event `sluice.reset`, then all events.
   *
   * The status is 204 for an `EventSource` that has all events, so that it stops reconnecting. It
   * is 400 for an invalid cursor, 403 if `authorize` does not return true, and 404 if there is no
   * such run.
   *
   * @throws the errors of `new Connection()`, and `ERR_SSE_BACKPLANE`.
   */
  respond(
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    id: string,
  ): Promise<Connection | undefined>;
  /**
   * Like `respond()`, but returns a Fetch `Response`. `outgoing` is the Node.js response that it
   * will be written to, as in `addClient()` of `sluice/fetch`.
   */
  response(
    request: Request,
    id: string,
    options?: { outgoing?: ServerResponse | Http2ServerResponse | undefined },
  ): Promise<Response>;
  /**
   * Stops a run in any process, and resolves with true when it has ended. Resolves with false if
   * there is no such run, or if it had already ended.
   *
   * @throws an `AbortError` if the run's process does not stop it within 15 seconds.
   */
  stop(id: string): Promise<boolean>;
  /** Returns the status of a run. Resolves with undefined if there is no such run. */
  status(id: string): Promise<RunStatus | undefined>;
  /**
   * Returns the runs of an owner, in the order in which they were started. With a backplane, these
   * are at most the latest 100.
   */
  list(owner: string): Promise<RunStatus[]>;
  /**
   * Stops every run of this process and discards them. Readers of runs in other processes end, and
   * can reconnect to one of those processes. Call it when the process shuts down. Otherwise,
   * readers in other processes learn only after some seconds that a run has failed. While the
   * backplane's engine cannot be reached, it waits for at most 5 seconds.
   */
  close(): Promise<void>;
}

/**
 * Creates the runs of a process. The source of a run is read once, regardless of the number of
 * readers. Every reader can resume.
 *
 * @throws `ERR_SSE_OPTION` if an option is unknown, has the wrong type or is out of range, if
 * `authorize` is missing, or if the backplane keeps too little.
 *
 * @example
 * ```ts
 * import { createRuns } from 'sluice/runs';
 *
 * const runs = createRuns({ authorize: (req, run) => run.owner === req.headers['x-user'] });
 *
 * app.post('/answers/:id', async (req, res) => {
 *   async function* answer() {
 *     yield* ['Hello', ' ', 'world'];
 *   }
 *   await runs.start(req.params.id, answer, { owner: req.get('x-user') ?? null });
 *   await runs.respond(req, res, req.params.id);
 * });
 *
 * app.get('/answers/:id', async (req, res) => {
 *   await runs.respond(req, res, req.params.id);
 * });
 * ```
 */
export function createRuns(options: RunsOptions): Runs;
