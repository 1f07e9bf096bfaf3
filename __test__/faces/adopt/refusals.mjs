// Responses that adopt() cannot serve: their bodies are cancelled, and every promise settles.
import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, test } from 'node:test';
import { adopt } from '../../../fetch.js';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';
import { bodyOf, events, site } from './site.mjs';

describe('adopt: refusals', SOON, () => {
  test('a limit is answered with its status and headers', async (t) => {
    const all = [];
    const respond = () => {
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      all.push(seen);
      return events(body, { headers: [['x-y', 'z']] });
    };
    const options = { limits: { maxPerKey: 1 } };
    const { adopted, connect, errors } = await site(t, respond, { options });
    await connect('/');
    const client = await connect('/');
    await until(() => client.end, 'the end');
    assert.deepEqual([client.status, client.text], [429, 'Too Many Requests']);
    assert.match(client.headers['retry-after'], /^\d+$/);
    assert.equal(client.headers['x-y'], undefined);
    assert.equal(await adopted[1], undefined);
    assert.equal(errors[0].code, 'ERR_SSE_LIMIT');
    assert.deepEqual([all[0].cancelled, all[1].cancelled], [0, 1]);
  });

  test('a response that other code has started is reported', async (t) => {
    for (const make of [events, (body) => new Response(body)]) {
      const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
      const before = (_req, res) => res.end('other');
      const { adopted, connect, errors } = await site(t, () => make(body), { before });
      const client = await connect('/');
      await until(() => client.end, 'the end');
      assert.equal(client.text, 'other');
      assert.equal(await adopted[0], undefined);
      assert.equal(errors[0].code, 'ERR_SSE_HEADERS_SENT');
      assert.equal(seen.cancelled, 1);
    }
  });

  test('invalid arguments reject and cancel the body', async (t) => {
    const server = http.createServer();
    const { connect } = await listen(server, 'http', connectHTTP1);
    t.after(() => server.close().closeAllConnections());
    const pair = new Promise((resolve) => {
      server.once('request', (...all) => resolve(all));
    });
    const connecting = connect('/');
    const [req, res] = await pair;
    const { body, seen } = bodyOf(['data: 1\n\n'], { end: false });
    const response = events(body);
    await assert.rejects(adopt(req, res, response, { pings: true }), { code: 'ERR_SSE_OPTION' });
    assert.equal(seen.cancelled, 1);
    const read = Response.json({});
    await read.text();
    const locked = events(bodyOf([]).body);
    locked.body.getReader();
    for (const wrong of [
      undefined,
      null,
      {},
      'text',
      body,
      Promise.resolve(response),
      read,
      locked,
    ]) {
      await assert.rejects(adopt(req, res, wrong), { code: 'ERR_SSE_TYPE' });
    }
    await assert.rejects(adopt(res, req, events(bodyOf([]).body)), { code: 'ERR_SSE_TYPE' });
    await adopt(req, res, new Response('at last'));
    const client = await connecting;
    await until(() => client.end, 'the end');
    assert.equal(client.text, 'at last');
  });

  test('without onError, an error becomes a warning', async (t) => {
    const warnings = [];
    const onWarning = (warning) => warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const error = new Error('a body that fails in a test');
    const { body } = bodyOf(['data: 1\n\n'], { error });
    const { connect } = await site(t, () => events(body), { options: { onError: undefined } });
    await connect('/');
    await until(() => warnings.some(({ cause }) => cause === error), 'the warning');
  });
});
