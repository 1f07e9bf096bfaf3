'use strict';

const { writtenLate } = require('../hub.js');

/** The core decides what is written and when; JavaScript writes it. */
class StreamTransport {
  name = 'stream';
  #res;
  #own;
  #handle;

  constructor(res, own, handle) {
    this.#res = res;
    this.#own = own;
    this.#handle = handle;
    handle.attachStream();
  }

  /** True when the response is ready for more; otherwise the core is told when it is. */
  write(bytes) {
    const res = this.#res;
    const ready = this.#own.write.call(res, bytes);
    // Compression holds events back until it is told not to.
    if (typeof res.flush === 'function') res.flush();
    if (!ready) res.once('drain', () => writtenLate(this.#handle.id));
    return ready;
  }

  /** Called when the core has closed the connection. */
  close(orderly) {
    if (orderly) this.#own.end.call(this.#res);
    else this.#res.destroy();
  }

  /** Why the response closed, when it was not the core that closed it. */
  reason() {
    const { socket, stream } = this.#res;
    const source = stream ?? this.#res.req?.socket ?? socket;
    return source?.readableEnded || source?.errored || source?.aborted ? 'client' : 'destroy';
  }
}

module.exports = { StreamTransport };
