import { connectSSE, type SSEClient, type SSEError } from '/client/index.js';
import type { ChatEvents } from '../events.js';

export type LineState = 'connecting' | 'connected' | 'lost' | 'waiting' | 'offline' | 'ended';

/** One tab's view of the connection, which all tabs of the browser share. */
export class Line {
  readonly client: SSEClient<ChatEvents>;
  /** Whether this tab holds the connection. */
  isHeld = false;
  /** The time until which the server asked clients to wait, or 0. */
  waitsUntil = 0;
  /** The duration of the last outage, in milliseconds. */
  outage = 0;
  /** Whether this tab took the connection over from another tab when it last opened. */
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
      // the user instead: `share: userId`.
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

  /** The reason why the connection has ended. */
  get reason() {
    return this.#error?.message;
  }

  /** The tab that makes the request holds the connection until the request is aborted. */
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
