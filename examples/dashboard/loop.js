/** The plain way, for comparison: a set of responses and a loop over `res.write`. */
class Loop {
  deliveries = 0;
  /** @type {Set<import('node:http').ServerResponse>} */
  #responses = new Set();

  /** @param {import('node:http').ServerResponse} res */
  open(res) {
    res.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      Connection: 'close',
    });
    res.flushHeaders();
    this.#responses.add(res);
    res.on('close', () => this.#responses.delete(res));
  }

  /** @param {{ event: string, data: unknown }} event */
  send({ event, data }) {
    const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const res of this.#responses) {
      res.write(frame);
    }
    this.deliveries += this.#responses.size;
  }

  count() {
    return this.#responses.size;
  }

  connections() {
    return [...this.#responses];
  }
}

module.exports = { Loop };
