import { SE } from '../../../fastify.js';
import { serve } from '../fastify/app.mjs';

export { SOON } from '../fastify/app.mjs';

/** Starts a Fastify server with the SE plugin. Returns `se` and the fields of `serve`. */
export async function serveSE(t, setUp, options, more) {
  const se = new SE(options);
  return { se, ...(await serve(t, setUp, { plugin: se.plugin, ...more })) };
}

/** A seid that the client chooses. */
export const seidGenerator = ({ headers }) => headers['x-seid'] ?? 'nobody';
export const as = (seid) => ({ headers: { 'x-seid': seid } });
