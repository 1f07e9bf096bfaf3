// A server and a load client, and the operations that cases use.
import { setTimeout as sleep } from 'node:timers/promises';
import { Child } from './child.mjs';
import { placeClient, placeServer } from './placement.mjs';
import { loadClient } from './servers.mjs';

/** Events sent before a measurement, so that the server's code is compiled before it begins. */
export const WARM_UP = 3;

/**
 * Starts a server and a client, and stops them after the measurement. They are pinned to cores,
 * unless `isPinned` is false.
 */
export async function withServer({ command }, measure, isPinned = true) {
  const server = new Child(...(isPinned ? placeServer(command) : command));
  const load = new Child(...(isPinned ? placeClient(loadClient) : loadClient));
  try {
    const { port } = await server.answer();
    let connections = 0;
    const counted = async () => {
      const deadline = Date.now() + 5_000;
      while ((await server.ask('count')).count !== connections) {
        if (Date.now() > deadline) throw new Error(`the server did not count ${connections}`);
        await sleep(20);
      }
    };
    /** Resolves with the seconds until all connections have their response heads. */
    const connect = async (more, cursors = []) => {
      connections += more;
      const answer = await load.ask('connect', port, more, ...cursors);
      const { opened, milliseconds, failure } = answer;
      if (opened !== connections)
        throw new Error(`${opened} of ${connections} connected: ${failure}`);
      await counted();
      return milliseconds / 1000;
    };
    const disconnect = async () => {
      connections = 0;
      await load.ask('close');
      await counted();
    };
    const address = () => ({ port });
    return await measure({ server, load, address, connect, disconnect });
  } finally {
    await server.stop();
    await load.stop();
  }
}

/**
 * Sends events to every connection. Returns the cost once each event has arrived exactly once and
 * in order.
 */
export async function deliver({ server, load }, events, rate, bytes) {
  await load.ask('expect', events);
  await server.ask('begin');
  const size = bytes === undefined ? [] : [bytes];
  const { call, callCpu } = await server.ask('broadcast', events, rate, ...size);
  return { call, callCpu, ...(await complete({ server, load })) };
}

/** Waits until each event has arrived exactly once and in order. */
export async function complete({ server, load }) {
  const result = await load.ask('result');
  const { cpu, busy } = await server.ask('usage');
  if (result.missing || result.surplus || result.failed) {
    throw new Error(`not every event arrived exactly once: ${JSON.stringify(result)}`);
  }
  return { cpu, busy, ...result };
}

/** Measures several times, and returns the median. */
export async function medianOf(times, measure) {
  const figures = [];
  for (let time = 0; time < times; time++) figures.push(await measure());
  return figures.sort((one, other) => one - other)[times >> 1];
}
