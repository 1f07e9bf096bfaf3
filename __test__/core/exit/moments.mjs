// The moments at which a process ends. Each function receives the site and calls its `end`.
import { setImmediate as turn } from 'node:timers/promises';
import { sluice } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

/** More than the kernel buffers for a client that does not read. */
const QUEUED = 8 << 20;
const BIG = 'x'.repeat(64 << 10);

const turns = async (count) => {
  for (let left = count; left > 0; left -= 1) await turn();
};

async function* endless(site) {
  for (let number = 0; ; number += 1) {
    if (number === site.given.events) site.end();
    yield { event: 'source', data: number };
    await turn();
  }
}

/** Called for each connection after it has joined the channel. */
export const opening = {
  /** Before, during or after the hand-over. */
  async 'hand-over'(site) {
    if (site.opened !== site.given.clients) return;
    await turns(site.given.turns);
    site.end();
  },
  /** While events are replayed to a returning client. */
  async replay(site) {
    site.publish(1);
    if (site.opened !== site.given.clients) return;
    await turns(site.given.turns);
    site.end();
  },
  async source(site, connection) {
    if (site.opened !== site.given.clients) return;
    await connection.stream(endless(site)).catch((error) => {
      // The source fails if the connection ends first.
      if (error.message === 'on purpose') throw error;
    });
  },
  /** In a listener that a notice of the core calls. */
  listener(site, connection) {
    connection.on('close', () => site.end());
  },
};

/** Called after all clients have connected. */
export const afterwards = {
  broadcast(site) {
    for (let left = 2 * site.given.events; left > 0; left -= 1) {
      if (left === site.given.events) site.end();
      site.publish(1);
    }
  },
  async queues(site) {
    await until(
      () => {
        site.publish(1, BIG);
        return sluice.metrics().queuedBytes > QUEUED || site.hasEnough();
      },
      () => `full queues, but only ${sluice.metrics().queuedBytes} bytes are queued`,
    );
    await turns(site.given.turns);
    site.end();
  },
  async drain(site) {
    site.publish(site.given.events);
    site.channel.drain({ within: 20, event: { event: 'bye', data: 'now' } });
    await turns(10 * site.given.turns);
    site.end();
  },
  async rest(site) {
    site.publish(site.given.events);
    await turns(10 * site.given.turns);
    site.end();
  },
};

export const MOMENTS = [...Object.keys(opening), ...Object.keys(afterwards)];
