import type { CloseReason, EventMap, Gap, Snapshot } from '../index.js';

/** The data of events that are read. Without an event map, it may be of any type. */
type Read<Events extends object> = symbol extends keyof Events
  ? // biome-ignore lint/suspicious/noExplicitAny: its type is unknown
    Record<string, any>
  : string extends keyof Events
    ? // biome-ignore lint/suspicious/noExplicitAny: its type is unknown
      Record<string, any>
    : Events;

/**
 * An event, as yielded by {@link Channel.events}. Comparing its `event` narrows the type of its
 * `data`. The event can be sent again: `connection.stream(channel.events())` forwards events with
 * their ids.
 */
export type ChannelEvent<Events extends object = EventMap> = {
  [Name in keyof Read<Events> & string]: {
    /**
     * The cursor after this event: its id or, if it has none, the id of the latest earlier event
     * that has one. An empty string if there is none. Pass it as `after` to continue.
     */
    id: string;
    /** The event's name, or `message` if it has none. */
    event: Name;
    /**
     * The result of {@link EventsOptions.parse}. By default, JSON is parsed and other text is kept.
     */
    data: Read<Events>[Name];
  };
}[keyof Read<Events> & string];

/**
 * The options of {@link Channel.events}. An option that is unknown, has the wrong type or is out of
 * range throws `ERR_SSE_OPTION`.
 */
export interface EventsOptions<Events extends object = EventMap> {
  /**
   * The id after which to start: the loop first gets the events after it, then live events.
   * Default: none. The loop then gets the events that are sent from now on, after the current state
   * of a channel with `keep: 'latest'`. An empty string, or a text of more than 1 KiB, is ignored.
   */
  after?: string | null | undefined;
  /** Ends the loop when it aborts. The loop ends without an error. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Reads the current state for a loop without `after`, or with a gap, like
   * {@link AddOptions.snapshot}. If it fails, the loop throws its error.
   */
  snapshot?: Snapshot<Events> | undefined;
  /**
   * Converts the text of an event to its data. Default: `JSON.parse`, or the text itself if it is
   * not JSON. Text such as `42` therefore becomes a number: pass `(text) => text` for a channel
   * that sends strings. If it throws, the loop ends with that error.
   */
  parse?: ((text: string, event: string) => unknown) | undefined;
  /**
   * How a gap is handled: the history no longer has all events after `after`, does not know that
   * id, or the loop is too slow for the `overflow` of the channel. Default: `'ignore'`.
   *
   * - `'ignore'`: live events follow.
   * - `'reset'`: the loop first gets an event named `sluice.reset` with the data `{}`, which is not
   *   in your event map.
   * - `'all'`: the loop gets everything that the history still has.
   * - a function: it is called with the gap. If it throws, the loop throws that error.
   */
  onGap?: 'ignore' | 'reset' | 'all' | ((gap: Gap<Events>) => void) | undefined;
  /**
   * The policy for a loop that is too slow; see {@link ConnectionOptions.overflow}. Default: that
   * of the channel, otherwise `'disconnect'`, with which the loop throws `ERR_SSE_DISCONNECTED`.
   */
  overflow?: 'disconnect' | 'drop-oldest' | 'conflate' | 'reread' | undefined;
  /**
   * How many bytes may be queued for a loop that is too slow; see
   * {@link ConnectionOptions.maxQueueBytes}. Default: 1 MiB; at least 1.
   */
  maxQueueBytes?: number | undefined;
}

/** The options of {@link SSEBroker.events}: those of {@link Channel.events}, without `snapshot`. */
export interface TopicEventsOptions<Events extends object = EventMap>
  extends Omit<EventsOptions<Events>, 'snapshot'> {}

/** An event, as yielded by {@link SSEBroker.events}. */
export type TopicEventRead<Topics extends object> = Topics[keyof Topics] extends infer Events
  ? Events extends object
    ? ChannelEvent<Events> & {
        /**
         * The topic that the event was sent to. Undefined if `broadcast()` sent it, or if the
         * broker has `topicField: false`.
         */
        topic?: string;
      }
    : never
  : never;

/**
 * The events of a channel, for one loop.
 *
 * @example
 * ```ts
 * import { Channel, type EventIterator } from 'sluice';
 *
 * const news = new Channel<{ headline: string }>();
 * const events: EventIterator<{ headline: string }> = news.events();
 * const { value, done } = await events.next();
 * if (!done) console.log(value.event, value.data, 'read on after', events.lastEventId);
 * await events.return();
 * ```
 */
export interface EventIterator<Events extends object = EventMap, Event = ChannelEvent<Events>>
  extends AsyncGenerator<Event, void, undefined> {
  /**
   * The cursor after the latest event that the loop received, or an empty string. It may be set
   * before the first event, so that an interrupted loop can continue with `after`.
   */
  readonly lastEventId: string;
  /**
   * Why the loop ended, or undefined while it runs: `end` if the channel ended or closed, `drain`
   * if the channel or the process drains, `client` if the loop was left or its signal aborted. The
   * other reasons are those of a connection.
   */
  readonly closeReason: CloseReason | undefined;
  /** Ends the loop. Resolves when it has left the channel. */
  return(): Promise<IteratorResult<Event, void>>;
}
