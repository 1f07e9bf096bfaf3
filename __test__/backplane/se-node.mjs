// A process with SE on a backplane.
import Fastify from 'fastify';
import { SE } from '../../fastify.js';
import { seidGenerator } from '../faces/fastify-se/app.mjs';
import { backplaneOf } from './backplane-of.mjs';
import { obey, tellPort } from './obey.mjs';

const backplane = backplaneOf(JSON.parse(process.argv[2]).backplane);
const se = new SE({ seidGenerator, backplane });
const fastify = Fastify();
await fastify.register(se.plugin);
fastify.get('/wait', () => {});
fastify.post('/send/:seid/:text', async ({ params }, reply) => ({
  sent: reply.sendEventBySeid(params.seid, params.text),
}));

obey({
  state: () => backplane.state,
  waits: () => Object.keys(se.clients).length > 0,
});
await fastify.listen({ port: 0, host: '127.0.0.1' });
tellPort(fastify.server);
