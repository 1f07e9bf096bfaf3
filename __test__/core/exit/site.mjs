// A server whose thread ends at one of the moments in one of the ways.
import http from 'node:http';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';
import { afterwards, opening } from './moments.mjs';
import { ways } from './ways.mjs';

/** The minimum number of events that a returning client has missed. */
const MISSED = 200;
/** The number of events after which the queues of the moment `queues` no longer grow. */
const MANY = 500;

export class Site {
  opened = 0;
  connections = [];
  #number = 0;
  #ending = false;
  #tell;

  /** `tell` passes a line to the test or a command to the main thread. */
  constructor(given, tell) {
    this.given = given;
    this.#tell = tell;
    const { overflow } = given;
    const key = overflow === 'conflate' ? ({ id }) => String(id % 10) : undefined;
    this.channel = new sluice.Channel({ ids: 'manual', historySize: 10_000, overflow, key });
    this.server = http.createServer((req, res) => this.#open(req, res));
    this.publish(MISSED);
  }

  async run() {
    const { moment, clients } = this.given;
    this.server.listen(0, '127.0.0.1', () => this.#tell(`port ${this.server.address().port}`));
    await until(() => this.opened === clients || this.#ending, 'all clients');
    if (this.#ending || !afterwards[moment]) return;
    // Do not wait for clients that have left.
    const there = () => this.connections.filter(({ closed }) => !closed).length;
    await until(
      () => {
        const { native, stream } = sluice.metrics().connections;
        return native + stream >= there();
      },
      () => `the transports: ${JSON.stringify(sluice.metrics())}`,
    );
    await afterwards[moment](this);
  }

  publish(count, pad = '') {
    // A natural end closes the channel.
    if (this.#ending && this.given.way === 'natural') return;
    for (let left = count; left > 0; left -= 1) {
      this.#number += 1;
      this.channel.send({ id: String(this.#number), data: `${this.#number} ${pad}` });
    }
  }

  hasEnough = () => this.#number > MANY;

  /** Ends the thread or the process. Some ways do not interrupt the caller. */
  end() {
    if (this.#ending) return;
    this.#ending = true;
    this.#tell('now');
    ways[this.given.way](this, this.#tell);
  }

  #open(req, res) {
    // A request that arrived while the server was closing.
    if (this.#ending && this.given.way === 'natural') {
      res.writeHead(503, { Connection: 'close' }).end();
      return;
    }
    const { moment, transport } = this.given;
    // The kernel's buffers and the queue hold all unread bytes.
    const options = { ping: false, transport, maxQueueBytes: 1 << 20, stallTimeout: 0 };
    const connection = new sluice.Connection(req, res, options);
    this.channel.add(connection);
    this.connections.push(connection);
    this.opened += 1;
    opening[moment]?.(this, connection);
  }
}
