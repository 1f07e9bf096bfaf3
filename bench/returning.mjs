// Clients that reconnect and receive the events that they missed.
import { complete } from './stage.mjs';

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
