import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { natsBackplane } = require('../../nats.js');
const { redisBackplane } = require('../../redis.js');

/** A backplane over NATS if `url` begins with `nats:`, else over Redis. */
export function backplaneOf({ url, ...others }) {
  if (url?.startsWith('nats:')) return natsBackplane({ servers: url, ...others });
  return redisBackplane({ ...others, ...(url && { url }) });
}
