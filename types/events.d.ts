import type { CloseReason, EventMap, Gap, Snapshot } from '../index.js';

/** Data that is read: without an event map, it may be anything. */
type Read<Events extends object> = symbol extends keyof Events
  ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known about it
    Record<string, any>
  : string extends keyof Events
    ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known about it
      Record<string, any>
    : Events;

/**
 * An event, as {@link Channel.events} yields it. Comparing its `event` narrows the type of its
 * `data`. It can be sent again: `connection.stream(channel.events())` passes events on with their
 * ids.
 */
export type ChannelEvent<Events extends object = EventMap> = {
  [Name in keyof Read<Events> & string]: {
    /**
     * The cursor after this event: its id or, if it has none, that of the latest event before it
     * that has one. An empty string if there is none. Pass it to `after` to read on.
     */
    id: string;
    /** The event's name, or `message` if it has none. */
    event: Name;
    /**
     * What {@link EventsOptions.parse} returns. By default, JSON is parsed and other text is kept.
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
   * The id after which to begin: the loop first gets the events after it, then live ones. Default:
   * none, so that the loop gets the events that are sent from now on, after the current state of a
   * channel with `keep: 'latest'`. An empty string is none, and so is a text of more than 1 KiB.
   */
  after?: string | null | undefined;
  /** Ends the loop when it aborts. The loop ends without an error. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Reads the current state for a loop without `after`, or with a gap, as
   * {@link AddOptions.snapshot} does. If it fails, the loop throws its error.
   */
  snapshot?: Snapshot<Events> | undefined;
  /**
   * Reads the data of an event, of which the wire has only text. Default: `JSON.parse`, or the text
   * itself if it is not JSON. So text such as `42` becomes a number: pass `(text) => text` to a
   * channel that sends strings. What it throws ends the loop.
   */
  parse?: ((text: string, event: string) => unknown) | undefined;
  /**
   * How a gap is answered: the history no longer has all events after `after`, does not know it, or
   * the loop is too slow for the `overflow` of the channel. Default: `'ignore'`.
   *
   * - `'ignore'`: live events follow.
   * - `'reset'`: the loop gets an event named `sluice.reset` with the data `{}` first. It is not in
   *   your event map.
   * - `'all'`: the loop gets everything that the history still has.
   * - a function: it is called with the gap. If it throws, so does the loop.
   */
  onGap?: 'ignore' | 'reset' | 'all' | ((gap: Gap<Events>) => void) | undefined;
  /**
   * What happens to a loop that is too slow, as for {@link ConnectionOptions.overflow}. Default:
   * that of the channel, or `'disconnect'`: the loop throws `ERR_SSE_DISCONNECTED`.
   */
  overflow?: 'disconnect' | 'drop-oldest' | 'conflate' | 'reread' | undefined;
  /**
   * How many bytes may wait for a loop that is too slow, as for
   * {@link ConnectionOptions.maxQueueBytes}. Default: 1 MiB; at least 1.
   */
  maxQueueBytes?: number | undefined;
}

/** The options of {@link SSEBroker.events}: those of {@link Channel.events}, without `snapshot`. */
export interface TopicEventsOptions<Events extends object = EventMap>
  extends Omit<EventsOptions<Events>, 'snapshot'> {}

/** An event, as {@link SSEBroker.events} yields it. */
export type TopicEventRead<Topics extends object> = Topics[keyof Topics] extends infer Events
  ? Events extends object
    ? ChannelEvent<Events> & {
        /**
         * The topic that it was sent to. Undefined if `broadcast()` has sent it, or the broker has
         * `topicField: false`.
         */
        topic?: string;
      }
    : never
  : never;

/**
 * The events of a channel for one loop.
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
   * The cursor after the latest event that the loop has got, or an empty string. It may be set
   * before the first event, so that a loop that was cut off can read on with `after`.
   */
  readonly lastEventId: string;
  /**
   * Why the loop has ended, or undefined as long as it goes on: `end` if the channel has ended or
   * closed, `drain` if it or the process drains, `client` if the loop was left or its signal has
   * aborted. The others are those of a connection.
   */
  readonly closeReason: CloseReason | undefined;
  /** Ends the loop. Resolves when it has left the channel. */
  return(): Promise<IteratorResult<Event, void>>;
}
