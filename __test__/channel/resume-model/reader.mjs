import http from 'node:http';
import { createParser } from 'eventsource-parser';

/** A client during one visit. It reads events from a socket, and may close it after some bytes. */
export class Reader {
  /** The numbers of the events, in the order of arrival. */
  numbers = [];
  /** The id to resume after, and the number after its event. */
  cursor;
  /** Whether the visit is over: the client has left, or the response has ended. */
  over = false;
  /** Whether the server ended the response. */
  ended = false;
  /** Whether the connection broke before the client left. */
  cut = false;
  /** The number of received primers: frames that are an id alone. */
  primers = 0;
  #request;
  #left;
  #numberAfter;
  #text = '';
  #parser = createParser({ onEvent: (event) => this.#see(event) });

  /**
   * The client destroys its socket after that many `bytes`. `numberAfter` returns the number after
   * the event that a minted id belongs to.
   */
  constructor(cursor, bytes, numberAfter) {
    this.cursor = cursor;
    this.#left = bytes;
    this.#numberAfter = numberAfter;
  }

  /** Resolves when the response head has arrived. */
  open(port, path) {
    const headers = this.cursor ? { 'Last-Event-ID': this.cursor.id } : {};
    return new Promise((resolve, reject) => {
      this.#request = http.get({ port, host: '127.0.0.1', path, headers, agent: false });
      this.#request.on('error', reject);
      this.#request.on('response', (response) => {
        response.setEncoding('latin1');
        response.on('data', (text) => this.#read(text));
        response.on('end', () => {
          this.over = true;
          this.ended = true;
        });
        response.on('error', () => {
          this.cut = !this.over;
          this.over = true;
        });
        resolve();
      });
    });
  }

  leave() {
    this.over = true;
    this.#request.destroy();
  }

  #read(text) {
    if (this.over) return;
    const frames = (this.#text + text.slice(0, this.#left)).split(/(?<=\n\n)/);
    this.#text = frames.at(-1).endsWith('\n\n') ? '' : frames.pop();
    for (const frame of frames) {
      this.#parser.feed(frame);
      const primer = /^id: (.*)\n\n$/.exec(frame);
      if (primer) this.#prime(primer[1]);
    }
    this.#left -= text.length;
    if (this.#left <= 0) this.leave();
  }

  #prime(id) {
    this.primers += 1;
    const custom = id.startsWith('custom');
    this.cursor = { id, next: custom ? undefined : this.#numberAfter(id), custom };
  }

  #see({ id, data }) {
    const number = Number.parseInt(data, 10);
    this.numbers.push(number);
    if (id !== undefined) this.cursor = { id, next: number + 1, custom: id.startsWith('custom') };
  }
}
