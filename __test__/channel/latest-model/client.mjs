import http from 'node:http';

/** A client that tracks the states of its channels, and may leave after some bytes. */
export class Client {
  /** The channels that it joins at each visit. */
  channels;
  /** The values of each channel, by key. */
  states = new Map();
  /** The numbers of the events of the channel that keeps all events. */
  numbers = new Set();
  /** The id to resume after. */
  cursor;
  #request;
  #left = 0;
  #text = '';

  constructor(channels) {
    this.channels = channels;
    this.#forget();
  }

  #forget() {
    this.cursor = undefined;
    this.numbers.clear();
    for (const channel of this.channels) this.states.set(channel, new Map());
  }

  get isThere() {
    return this.#left > 0;
  }

  /** Connects. Resolves when the head has arrived. The client leaves after that many bytes. */
  come(port, path, bytes) {
    this.drop();
    // A client without a cursor starts anew, so the values of earlier visits are discarded.
    if (this.cursor === undefined) this.#forget();
    this.#left = bytes;
    this.#text = '';
    const headers = this.cursor === undefined ? {} : { 'Last-Event-ID': this.cursor };
    return new Promise((resolve, reject) => {
      const request = http.get({ port, host: '127.0.0.1', path, headers, agent: false });
      this.#request = request;
      request.on('error', (error) => request === this.#request && reject(error));
      request.on('response', (response) => {
        response.setEncoding('latin1');
        response.on('data', (text) => request === this.#request && this.#read(text));
        response.on('error', () => {});
        resolve();
      });
    });
  }

  drop() {
    this.#left = 0;
    const request = this.#request;
    this.#request = undefined;
    request?.destroy();
  }

  #read(text) {
    this.#text += text.slice(0, this.#left);
    this.#left -= text.length;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop();
    for (const block of blocks) this.#see(Object.fromEntries(block.split('\n').map(field)));
    if (this.#left <= 0) this.drop();
  }

  #see({ id, event, data }) {
    this.cursor = id ?? this.cursor;
    if (data === undefined) return;
    const { channel, key, number } = JSON.parse(data);
    const state = this.states.get(channel);
    if (event === 'reset') state.clear();
    else if (event === 'remove') state.delete(key);
    else if (key === undefined) this.numbers.add(number);
    else state.set(key, number);
  }
}

const field = (line) => line.split(/: (.*)/, 2);
