/**
 * The API reference of `sluice/runs`: streams that outlive their readers, such as the answer of a
 * model. Times are in milliseconds and sizes are in bytes.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Connection, ConnectionOptions, ServerSentEvent } from './index.js';
import type { Backplane } from './types/backplane.js';

/**
 * - `running`: its source has not ended.
 * - `done`: its source has ended by itself.
 * - `stopped`: `stop()` was called.
 * - `failed`: its source threw, it became too large, or its process died.
 */
export type RunState = 'running' | 'done' | 'stopped' | 'failed';

export interface RunStatus {
  readonly id: string;
  /** The owner that `start()` was given, or null. */
  readonly owner: string | null;
  readonly state: RunState;
  /** How many events it has so far. Undefined in a list if only another process knows. */
  readonly events: number | undefined;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
}

/** An event of a run, as readers get it. */
export interface RunEvent {
  id: string;
  event?: string | undefined;
  /** A string is sent as it is, and another value was serialised as JSON. */
  data: string;
}

/**
 * Returns what the run consists of: anything that {@link Connection.stream} takes, or a promise of
 * it. It yields events, or data. An `id` of an event is replaced. `signal` aborts when the run is
 * stopped: pass it on to the model.
 */
export type RunSource<Item> = (context: {
  signal: AbortSignal;
}) => RunItems<Item> | Promise<RunItems<Item>>;

export type RunItems<Item> = Iterable<Item> | AsyncIterable<Item> | ReadableStream<Item>;

export interface StartOptions {
  /** Whom the run belongs to, as `authorize` and `list()` get it: 1 to 512 bytes. Default: null. */
  owner?: string | null;
}

/** How a run is shown to its readers. {@link aiSdk} is one. */
export interface RunFormat {
  /** Returns headers of each stream. */
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
  /** The status of the answer if there is no such run. Default: 404. */
  noneStatus?: number;
  /**
   * Whether a reader without a cursor gets a run that has ended, in response to GET. Otherwise it
   * gets `noneStatus`. Default: true.
   */
  replayFinished?: boolean;
  /** Joins events for readers without a cursor; see `compact` in {@link RunsOptions}. */
  compact?: (events: RunEvent[]) => RunEvent[];
}

/**
 * The format of AI SDK 7. It answers `useChat({ resume: true })` and `WorkflowChatTransport`: the
 * events of a run are chunks such as those of `toUIMessageStream()`, with its headers, and
 * `[DONE]` is the last event. A run that was stopped or has failed ends with a `finish` chunk. Only
 * runs that go on are resumed: there is status 204 instead of the others.
 */
export const aiSdk: RunFormat;

/** An option that is unknown, has the wrong type or is out of range throws `ERR_SSE_OPTION`. */
export interface RunsOptions {
  /**
   * Decides who may read a run. It must return exactly `true`, or a promise of it. Anything else is
   * answered with status 403. `request` is the one that `respond()` or `response()` was given.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the request of any framework
  authorize: (request: any, run: RunStatus) => boolean | Promise<boolean>;
  /**
   * Shares the runs with all processes that have the same `name`: any of them answers readers and
   * stops runs. It must keep `maxEvents` and 16 more of each channel for at least `ttl`, and for as
   * long as a source pauses: see `retain` in `redisBackplane()`. Default: none.
   */
  backplane?: Backplane;
  /** The name in the backplane: 1 to 100 letters, digits, `_`, `.` and `-`. Default: `runs`. */
  name?: string;
  /** For how long a run that has ended is replayed. Default: 300,000. At least 1. */
  ttl?: number;
  /**
   * How many bytes of data, names and comments a run may have. A run that exceeds it fails with
   * `ERR_SSE_RUN_SIZE`. Default: 4 MiB.
   */
  maxBytes?: number;
  /** The same, for the number of events. Default: 10,000. */
  maxEvents?: number;
  /**
   * How many runs this process holds, with those of other processes that are read here. The oldest
   * one that has ended makes room. If there is none, `start()` rejects with `ERR_SSE_RUN_LIMIT`.
   * Default: 1,000.
   */
  maxRuns?: number;
  /**
   * Joins the events that a reader without a cursor gets at first: `true` as the `format` does it,
   * or a function. Each event that it returns must have the id of the last one that went into it.
   * Default: false.
   */
  compact?: boolean | ((events: RunEvent[]) => RunEvent[]);
  /** Default: the events of the source, with an event `failed` if it fails. */
  format?: RunFormat;
  /** The name of events that are made of data. Default: none. */
  event?: string;
  /** The options of readers' connections. `pingInterval` is 15,000 by default. */
  connection?: ConnectionOptions;
  /**
   * Called when a run fails, for your log. Default: a warning of the process with the code
   * `SLUICE_RUN`.
   */
  onError?: (error: unknown, run: RunStatus) => void;
}

/** A run that was started. */
export interface StartedRun {
  readonly id: string;
  /** Resolves when the run has ended, however it did. It never rejects. */
  readonly finished: Promise<RunStatus>;
}

export interface Runs {
  /**
   * Starts a run, and resolves when readers can come. The source is read to its end, whether there
   * are readers or not. A new run replaces one with the same id that has ended.
   *
   * @throws `ERR_SSE_RUN_EXISTS` if a run with that id goes on, and `ERR_SSE_RUN_LIMIT` if there
   * are too many.
   * @throws `ERR_SSE_OPTION` if the id does not have 1 to 512 bytes, or an option is wrong.
   * @throws `ERR_SSE_BACKPLANE` if the backplane's engine does not answer.
   */
  start<Item>(id: string, source: RunSource<Item>, options?: StartOptions): Promise<StartedRun>;
  /**
   * Answers a request with the events of a run, then ends the stream. Resolves with the connection,
   * or with undefined if it answered with a status.
   *
   * The reader gets exactly the events after its cursor, or all of them. The cursor is
   * `Last-Event-ID`, or one of the query parameters `lastEventId`, `starting_after` and
   * `startIndex`: an id of an event, or the number of events that the reader has. A negative number
   * stands for that many of the latest events. A reader with a cursor of an earlier run gets an
   * event `sluice.reset`, then everything.
   *
   * It answers 204 to an `EventSource` that has everything, which makes it stop, 400 to an invalid
   * cursor, 403 if `authorize` does not return true, and 404 if there is no such run.
   *
   * @throws the errors of `new Connection()`, and `ERR_SSE_BACKPLANE`.
   */
  respond(
    req: IncomingMessage | Http2ServerRequest,
    res: ServerResponse | Http2ServerResponse,
    id: string,
  ): Promise<Connection | undefined>;
  /**
   * The same, as a Fetch `Response`. `outgoing`: the Node response that it will be written to, as
   * in `addClient()` of `sluice/fetch`.
   */
  response(
    request: Request,
    id: string,
    options?: { outgoing?: ServerResponse | Http2ServerResponse | undefined },
  ): Promise<Response>;
  /**
   * Stops a run, in whichever process its source is read, and resolves with true when it has ended.
   * False if there is no such run, or it has ended before.
   *
   * @throws an `AbortError` if its process does not stop it within 15 seconds.
   */
  stop(id: string): Promise<boolean>;
  /** Resolves with undefined if there is no such run. */
  status(id: string): Promise<RunStatus | undefined>;
  /**
   * The runs of an owner, in the order in which they were started: with a backplane, at most the
   * latest 100.
   */
  list(owner: string): Promise<RunStatus[]>;
  /**
   * Stops every run of this process, and forgets them. Readers of runs that go on in other
   * processes end, and can come back to one of these. Call it when the process shuts down:
   * otherwise readers in other processes learn only after some seconds that a run has failed.
   * While the backplane's engine is away, it waits for at most 5 seconds.
   */
  close(): Promise<void>;
}

/**
 * Creates runs. Each is read from its source once, however many readers it has, and can be resumed
 * by any of them.
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
