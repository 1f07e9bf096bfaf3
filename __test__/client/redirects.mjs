import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../support/until.mjs';
import { connecting, serve, stream } from './plain.mjs';

describe('redirects', () => {
  test('a redirect to the same origin is followed with Authorization and the body', async (t) => {
    const { requests, origin } = await serve(t, (req, res) => {
      if (req.url === '/') res.writeHead(307, { Location: '/there' }).end();
      else stream(res);
    });
    const { data } = connecting(t, { url: origin, body: 'x', token: () => 't' });
    await until(() => data().length, 'an event');
    const { url, method, body, headers } = requests[1];
    assert.deepEqual({ url, method, body }, { url: '/there', method: 'POST', body: 'x' });
    assert.equal(headers.authorization, 'Bearer t');
  });

  test('Authorization is not sent to another origin', async (t) => {
    const other = await serve(t, (_, res) => stream(res));
    const { requests, origin } = await serve(t, (_, res) =>
      res.writeHead(302, { Location: `${other.origin}/there` }).end(),
    );
    for (const secret of [{ token: () => 't' }, { headers: { Authorization: 'Bearer t' } }]) {
      const { data } = connecting(t, { url: origin, ...secret });
      await until(() => data().length, 'an event');
    }
    for (const { headers } of requests) assert.equal(headers.authorization, 'Bearer t');
    assert.equal(other.requests.length, 2);
    for (const { headers } of other.requests) assert.equal(headers.authorization, undefined);
  });

  test('an endless redirect is an error', async (t) => {
    const { origin } = await serve(t, (_, res) => res.writeHead(302, { Location: '/' }).end());
    const { codes } = connecting(t, { url: origin, maxRetries: 1, reconnectDelay: 1 });
    await until(() => codes().length === 3, 'the client to give up');
    assert.deepEqual(codes(), ['ERR_SSE_NETWORK', 'ERR_SSE_NETWORK', 'ERR_SSE_RETRIES']);
  });
});
