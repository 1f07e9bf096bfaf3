// Every way to open an event stream and send to it. Add an entry for a new face.
import * as core from './entry-points/core.mjs';
import * as express from './entry-points/express.mjs';
import * as fastify from './entry-points/fastify.mjs';
import * as fetch from './entry-points/fetch.mjs';

/**
 * @typedef {object} EntryPoint
 * @property {string} title
 * @property {(t: object, site: object) => Promise<object>} start starts a server whose requests
 *   open streams, and passes each stream to `site.opened()`
 * @property {1 | 2} [version] of HTTP; 1 is the default
 * @property {string} [path] of the streams
 * @property {Record<string, string>} [lacks] features that cases need but this entry point does not
 *   have, with the reason
 */

/** @type {EntryPoint[]} */
export const entryPoints = [core, express, fastify, fetch].flatMap(({ entries }) => entries);
