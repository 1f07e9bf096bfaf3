// SE, through its public API, on real servers.
import './fastify-se/clients.mjs';
import './fastify-se/events.mjs';
import './fastify-se/examples.mjs';
import './fastify-se/resume.mjs';
import './fastify-se/seids.mjs';
import './fastify-se/streams.mjs';
import './fastify-se/waiting.mjs';
