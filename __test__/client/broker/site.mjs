import { setImmediate as turn } from 'node:timers/promises';
import { connectBroker } from '../../../client/index.js';
import { frameworks as all, serve } from '../../faces/routes/apps.mjs';
import { until } from '../../support/until.mjs';

export const frameworks = Object.entries({ Express: all['Express 5'], Fastify: all.Fastify });

/**
 * A server with the routes of a broker. `join` connects a client whose requests are recorded.
 * `intercept` may answer a request itself.
 */
export async function start(t, framework, settings) {
  const site = await serve(t, framework, settings);
  const { broker, origin, basePath } = site;

  function join(config, intercept = () => undefined) {
    const requests = [];
    let running = 0;
    let most = 0;
    const fetch = async (url, init) => {
      const { topics, clientId } = init.body ? JSON.parse(init.body) : {};
      const headers = new Headers(init.headers);
      const route = new URL(url).pathname.split('/').at(-1);
      const request = { route, topics, clientId, headers, bytes: init.body?.length };
      requests.push(request);
      if (route !== 'connect') running += 1;
      most = Math.max(most, running);
      try {
        const response = (await intercept(request, init)) || (await globalThis.fetch(url, init));
        request.status = response.status;
        return response;
      } finally {
        if (route !== 'connect') running -= 1;
      }
    };
    const client = connectBroker(origin + basePath, { fetch, reconnectDelay: 1, ...config });
    t.after(() => client.disconnect());
    const errors = [];
    client.onError((error) => errors.push(error));
    return {
      client,
      errors,
      requests,
      /** The requests to subscribe and unsubscribe, as texts. */
      changes: () =>
        requests
          .filter(({ route }) => route !== 'connect')
          .map(({ route, topics }) => `${route} ${topics.join(' ')}`),
      mostAtOnce: () => most,
      /** Resolves when the client has processed the responses to all requests. */
      async settled() {
        await until(() => requests.every(({ status }) => status), 'the answers');
        for (let turns = 0; turns < 20; turns += 1) await turn();
      },
      connects: () => requests.filter(({ route }) => route === 'connect'),
    };
  }

  return {
    ...site,
    join,
    /** Resolves when the server has exactly these topics. */
    has: (...topics) =>
      until(
        () => String(broker.topics().sort()) === String(topics.sort()),
        () => `the topics ${topics}, not ${broker.topics()}`,
      ),
    /** Destroys all connections, like a network failure. */
    cut() {
      for (const { connection } of broker.clients()) connection.response.destroy();
    },
  };
}

/** Records the data of received events, in order. */
export function collector() {
  const data = [];
  return { data, handler: (event) => data.push(event.data) };
}
