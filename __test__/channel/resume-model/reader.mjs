import http from 'node:http';
import { createParser } from 'eventsource-parser';

/** A client's end of one visit: it reads events from a socket, and may cut it after some bytes. */
export class Reader {
  /** The numbers of the events, in the order in which they came. */
  numbers = [];
  /** The id to come back with, and the number after its event. */
  cursor;
  /** Whether nothing more is read: the client has gone, or the response has ended. */
  over = false;
  /** Whether the server ended the response. */
  ended = false;
  /** Whether the connection broke although the client had not gone. */
  cut = false;
  #request;
  #left;
  #parser = createParser({ onEvent: (event) => this.#see(event) });

  /** `bytes`: how many the client reads before it destroys its socket. */
  constructor(cursor, bytes) {
    this.cursor = cursor;
    this.#left = bytes;
  }

  /** Resolves when the response head is there. */
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
    this.#parser.feed(text.slice(0, this.#left));
    this.#left -= text.length;
    if (this.#left <= 0) this.leave();
  }

  #see({ id, data }) {
    const number = Number.parseInt(data, 10);
    this.numbers.push(number);
    if (id !== undefined) this.cursor = { id, next: number + 1, custom: id.startsWith('custom') };
  }
}
