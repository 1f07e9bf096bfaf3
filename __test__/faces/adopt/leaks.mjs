// An adopted response is freed, however it ends.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { toNode } from '../../../fetch.js';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';
import { until } from '../../support/until.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const ROUNDS = 20;
/** Bodies that differ in how they end after the first frame. */
const ENDINGS = {
  ends: (controller) => controller.close(),
  fails: (controller) => controller.error(new Error('a body that fails')),
  'is invalid': (controller) => controller.enqueue(Buffer.from('dta\n\n')),
  waits: () => new Promise(() => {}),
};

function bodyThat(ending) {
  let isFirst = true;
  return new ReadableStream({
    async pull(controller) {
      await new Promise(setImmediate);
      if (!isFirst) return ENDINGS[ending](controller);
      isFirst = false;
      controller.enqueue(Buffer.from('data: 1\n\n'));
    },
  });
}

for (const type of ['text/event-stream', 'text/plain']) {
  for (const ending of Object.keys(ENDINGS)) {
    test(`adopt: a body of ${type} that ${ending} is freed`, SOON, async (t) => {
      const kept = [];
      const handler = (request) => {
        const response = new Response(bodyThat(ending), { headers: { 'content-type': type } });
        const all = [request, request.signal, response, response.body];
        kept.push(...all.map((each) => new WeakRef(each)));
        return response;
      };
      const server = http.createServer(toNode(handler, { onError() {} }));
      const { close, connect } = await listen(server, 'http', connectHTTP1);
      t.after(close);
      for (let round = 0; round < ROUNDS; round += 1) {
        const client = await connect('/');
        await until(() => client.data.length === 1, 'the frame');
        if (ending === 'waits' || type === 'text/plain') client.leave();
        await until(() => client.end, 'the end');
      }
      const alive = () => kept.filter((each) => each.deref()).length;
      await until(
        () => {
          collect();
          // The stack or a cache of Node.js may still hold the latest response.
          return alive() <= kept.length / ROUNDS;
        },
        () => `${alive()} of ${kept.length} objects to be freed`,
      );
      assert.equal(kept.length, 4 * ROUNDS);
    });
  }
}
