// The routes of a broker, over Express 4 and 5 and Fastify.
import './setup-sse/bodies.mjs';
import './setup-sse/express.mjs';
import './setup-sse/fastify.mjs';
import './setup-sse/origins.mjs';
import './setup-sse/routes.mjs';
import './setup-sse/secrets.mjs';
import './setup-sse/streams.mjs';
import './setup-sse/subscriptions.mjs';
