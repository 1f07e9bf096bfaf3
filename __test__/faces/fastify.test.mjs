// The plugin for Fastify, on real servers.
import './fastify/accept.mjs';
import './fastify/endings.mjs';
import './fastify/failures.mjs';
import './fastify/handlers.mjs';
import './fastify/heads.mjs';
import './fastify/plugin.mjs';
import './fastify/transports.mjs';
