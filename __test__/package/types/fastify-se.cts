// Uses the API of SE once and checks its types, as CommonJS.
import { PassThrough, Transform } from 'node:stream';

import Fastify = require('fastify');
import fastify_se = require('sluice/fastify');

const fastify = Fastify();
const SE = new fastify_se.SE({
  seidGenerator: (request) => request.ip,
  stream: PassThrough,
  streamOptions: { allowHalfOpen: false },
  autoGenerateId: false,
  seidTimeout: 100,
  ping: false,
});
fastify.register(SE.plugin);

new fastify_se.SE();
new fastify_se.SE({ seidGenerator: async () => 'a' });
new fastify_se.SE({ seidGenerator: (_request, _reply, callback) => callback('a') });
new fastify_se.SE({ seidGenerator: (_request, _reply, callback) => callback(new Error('no')) });
new fastify_se.SE({ seidGenerator: (_request, _reply, callback) => callback(null, 'a') });
new fastify_se.SE({ stream: class extends Transform {} });
new fastify_se.SE({ topic: { historySize: 10, emptyTimeout: 1000 }, onGap: 'reset' });
// @ts-expect-error the stream joins its topic at once
new fastify_se.SE({ resume: 'manual' });
// @ts-expect-error autoGenerateId says this
new fastify_se.SE({ topic: { ids: 'manual' } });
new fastify_se.SE({ seidGenerator: (request, reply) => `${request.id}${reply.statusCode}` });
// @ts-expect-error a seid is a string
new fastify_se.SE({ seidGenerator: () => ({}) });
// @ts-expect-error not a class of streams
new fastify_se.SE({ stream: 'PassThrough' });

fastify.get('/events', (request, reply) => {
  const seid: string = request.seid;
  reply
    .sendEvent('hello world', 'greeting')
    .sendEvent({ from: 'a', message: 'b' }, 'news', 7, 3000);
  reply.sendEvent('alone').sendEvent({ data: { any: 'thing' }, event: 'news' });
  reply.sendEvent('null is left out', null, null, 3000);
  // @ts-expect-error retry is a number
  reply.sendEvent('x', 'y', 'z', '3000');
  const sent: boolean = reply.sendEventBySeid(seid, 'hello', 'greeting');
  reply.sendEventBySeid(seid, { data: 1, id: 'a' });
  SE.clients[seid]?.sendEvent(sent);
  reply.endEvent();
});
