// The cases of clients that return, and get what they missed.
import { channels } from './servers.mjs';
import { complete, withServer } from './stage.mjs';

/** How many channels `servers/channels.js` has. */
const CHANNELS = 50;

/**
 * Opens the connections of clients that missed events. Returns the cost once each has received
 * those of its channels exactly once and in order.
 */
export async function comeBack(stage, { connections, events, cursors, channels = 1 }) {
  await stage.load.ask('expect', events, channels);
  await stage.server.ask('begin');
  await stage.connect(connections, cursors);
  return complete(stage);
}

/** Measures a storm: clients of many channels return at once, from several places. */
export const storm = (_server, { connections, warmUp, kept, missed }) =>
  withServer(channels, async (stage) => {
    const { server } = stage;
    const events = kept + Math.max(...missed);
    await server.ask('broadcast', events, 0);
    const firsts = missed.map((count) => events - count);
    const { cursors } = await server.ask('cursors', ...firsts);
    const size = { events, cursors, channels: CHANNELS };
    await comeBack(stage, { connections: warmUp, ...size });
    await stage.disconnect();
    await server.ask('watch');
    const { cpu, busy, elapsed } = await comeBack(stage, { connections, ...size });
    return {
      ...(await server.ask('blocked')),
      elapsed: elapsed / 1e9,
      cpu: cpu / connections,
      busy: busy / connections,
    };
  });

/**
 * Measures the replay of one channel to many clients, and how much of it is the cost of opening
 * their connections: as many clients that missed nothing return in turn with them.
 */
export const replay = (server, { connections, events, bytes, times }) =>
  withServer(server, async (stage) => {
    // The clients have the first event.
    await stage.server.ask('broadcast', 1, 0, bytes);
    await stage.server.ask('broadcast', events, 0, bytes);
    const first = '0:00000000';
    const last = `${events}:${String(events).padStart(8, '0')}`;
    const from = async (cursor) => {
      const { cpu, busy } = await comeBack(stage, { connections, events, cursors: [cursor] });
      await stage.disconnect();
      return { cpu: cpu / 1000, busy: busy / 1000 };
    };
    await from(first);
    const total = { cpu: 0, busy: 0, replayCpu: 0, replayBusy: 0 };
    for (let time = 0; time < times; time++) {
      const opening = await from(last);
      const { cpu, busy } = await from(first);
      total.cpu += cpu;
      total.busy += busy;
      total.replayCpu += cpu - opening.cpu;
      total.replayBusy += busy - opening.busy;
    }
    return Object.fromEntries(Object.entries(total).map(([name, sum]) => [name, sum / times]));
  });
