import { connectSSE, type SSEClient, type SSEError } from '/client/index.js';
import type { ChatEvents } from '../events.js';

export type LineState = 'connecting' | 'connected' | 'lost' | 'waiting' | 'offline' | 'ended';

/** The connection, as one tab sees it: it is shared by all of the browser's. */
export class Line {
  readonly client: SSEClient<ChatEvents>;
  /** Whether it is this tab that holds the connection. */
  isHeld = false;
  /** Until when the server asked to wait, if it did. */
  waitsUntil = 0;
  /** How long there was none, the last time. */
  outage = 0;
  /** Whether this tab got the connection from another the last time that it was made. */
  isTakenOver = false;
  #lostAt = 0;
  #hasHeld = false;
  #error: SSEError | undefined;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.client = connectSSE<ChatEvents>('chat', {
      url: 'events',
      // The cookie makes all tabs of a browser one person. If tabs may have different users, name
      // the user instead, as in `share: userId`.
      share: true,
      maxRetries: 0,
      maxReconnectDelay: 8000,
      heartbeatInterval: 15_000,
      fetch: (input, init) => this.#fetch(input, init),
    });
    this.client.onStateChange((state) => {
      if (state === 'connected') this.#open();
      else this.#lostAt ||= Date.now();
      changed();
    });
    this.client.onError((error) => {
      this.#error = error;
      this.waitsUntil = error.retryAfter > 0 ? Date.now() + error.retryAfter : 0;
      changed();
    });
  }

  get state(): LineState {
    const state = this.client.getState();
    if (state === 'connected') return 'connected';
    if (state !== 'connecting') return 'ended';
    if (this.#error?.code === 'ERR_SSE_OFFLINE' || !navigator.onLine) return 'offline';
    if (this.waitsUntil > Date.now()) return 'waiting';
    return this.#lostAt ? 'lost' : 'connecting';
  }

  #open() {
    this.outage = this.#lostAt && Date.now() - this.#lostAt;
    this.isTakenOver = this.isHeld && !this.#hasHeld;
    this.#hasHeld = this.isHeld;
    this.#lostAt = 0;
    this.#error = undefined;
    this.waitsUntil = 0;
  }

  /** Why it has ended. */
  get reason() {
    return this.#error?.message;
  }

  /** Whoever makes the request holds the connection, until the request is aborted. */
  #fetch(input: RequestInfo | URL, init?: RequestInit) {
    this.isHeld = true;
    init?.signal?.addEventListener('abort', () => {
      this.isHeld = false;
      this.#changed();
    });
    this.#changed();
    return fetch(input, init);
  }
}
