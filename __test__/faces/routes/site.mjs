import { once } from 'node:events';
import http from 'node:http';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Helpers for requests to a running server. */
export function site(running) {
  const { basePath, origin, stream } = running;

  /** Makes a request. Resolves with the whole answer. */
  async function ask(method, path, { headers = {}, body } = {}) {
    const request = http.request(origin + basePath + path, { method, headers, agent: false });
    request.end(body);
    const [response] = await once(request, 'response');
    const text = (await response.setEncoding('utf8').toArray()).join('');
    const isJSON = response.headers['content-type'] === 'application/json; charset=utf-8';
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      json: isJSON && text ? JSON.parse(text) : undefined,
    };
  }

  /** Connects a client. Resolves when its `connected` event has arrived. */
  async function connect(query = '', request = {}) {
    const client = await stream(`${basePath}/connect${query}`, request);
    await client.has('\n\n');
    const { clientId, secret } = JSON.parse(client.data[0]);
    return Object.assign(client, { clientId, secret, credentials: { clientId, secret } });
  }

  const post = (path, message, headers = {}) =>
    ask('POST', path, {
      headers: { ...JSON_TYPE, ...headers },
      body: typeof message === 'string' ? message : JSON.stringify(message),
    });

  return {
    ...running,
    ask,
    connect,
    post,
    subscribe: (client, ...topics) => post('/subscribe', { ...client.credentials, topics }),
    unsubscribe: (client, ...topics) => post('/unsubscribe', { ...client.credentials, topics }),
  };
}
