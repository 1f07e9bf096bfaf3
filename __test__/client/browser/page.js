// Runs in the page: loads the served client and records its events, states and errors.
import * as sse from '/client/index.js';

globalThis.sse = sse;

/** Connects a client and records its events, states and errors for the test. */
globalThis.connect = (config, heard = { events: [], states: [], errors: [], pause: 0 }) => {
  let last;
  const client = sse.createSSEClient(config);
  client.on('*', ({ event, data, id, lastEventId }) => {
    heard.events.push({ event, data, id, lastEventId });
    if (last) heard.pause = Math.max(heard.pause, performance.now() - last);
    last = performance.now();
  });
  client.onStateChange((state) => heard.states.push(state));
  client.onError(({ name, code, message, fatal, status }) =>
    heard.errors.push({ name, code, message, fatal, status }),
  );
  client.connect();
  globalThis.client = client;
  globalThis.heard = heard;
};
