import { setImmediate as turn } from 'node:timers/promises';
import { createSSEClient } from '../../client/index.js';

const HEAD = { headers: { 'Content-Type': 'text/event-stream' } };

/** Answers for {@link scripted}. */
export const refused = () => {
  throw new TypeError('fetch failed');
};
export const status = (code, headers) => () => new Response(null, { status: code, headers });
/** Never answers. */
export const silent = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
/** A stream that ends after these texts. */
export const ending =
  (...texts) =>
  () =>
    new Response(texts.join(''), HEAD);

/** A stream that stays open. `push` adds text, `end` ends it, and `fail` breaks it. */
export function open(...texts) {
  const encoder = new TextEncoder();
  let controller;
  const answer = (signal) => {
    const body = new ReadableStream({
      start(own) {
        controller = own;
        answer.isOpen = true;
        for (const text of texts) own.enqueue(encoder.encode(text));
        signal.addEventListener('abort', () => {
          if (answer.isOpen) own.error(signal.reason);
          answer.isOpen = false;
        });
      },
    });
    return new Response(body, HEAD);
  };
  return Object.assign(answer, {
    isOpen: false,
    push: (text) => controller.enqueue(encoder.encode(text)),
    end: () => controller.close(),
    fail: (error) => controller.error(error),
  });
}

/** A fetch with one answer per request. The last answer repeats. */
function scripted(answers) {
  const requests = [];
  const fetch = async (url, init) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ url, ...init, at: Date.now() });
    return answer(init.signal);
  };
  return { fetch, requests };
}

/** A client with scripted answers, and its recorded states, errors and events. */
export function scriptedClient(t, answers, config) {
  const { fetch, requests } = scripted(answers);
  const client = createSSEClient({ url: 'http://server.test/events', fetch, ...config });
  t.after(() => client.disconnect());
  return { requests, ...told(client) };
}

/** Records the states, errors and events of a client. */
export function told(client) {
  const states = [];
  const errors = [];
  const events = [];
  client.onStateChange((state) => states.push(state));
  client.onError((error) => errors.push(error));
  client.on('*', (event) => events.push(event));
  return {
    client,
    states,
    errors,
    events,
    codes: () => errors.map(({ code }) => code),
    data: () => events.map(({ data }) => data),
  };
}

/** Waits until all work that needs no timer is done. */
export async function settled() {
  for (let turns = 0; turns < 30; turns += 1) await turn();
}

/** A mocked clock that only the test advances. */
export function clock(t) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  return {
    async pass(milliseconds) {
      t.mock.timers.tick(milliseconds);
      await settled();
    },
  };
}
