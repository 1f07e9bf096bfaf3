// The routes of a broker, over Express 4 and 5 and Fastify.
import './routes/bodies.mjs';
import './routes/express.mjs';
import './routes/fastify.mjs';
import './routes/origins.mjs';
import './routes/routes.mjs';
import './routes/secrets.mjs';
import './routes/sessions.mjs';
import './routes/streams.mjs';
import './routes/subscriptions.mjs';
