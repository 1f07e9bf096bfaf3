// sluice/fetch: the service that answers with Fetch responses, alone and in frameworks.
import './fetch/body.mjs';
import './fetch/cancelled.mjs';
import './fetch/slow-readers.mjs';
import './fetch/controller.mjs';
import './fetch/clients.mjs';
import './fetch/bad-input.mjs';
import './fetch/resume.mjs';
import './fetch/sockets.mjs';
import './fetch/broadcast.mjs';
import './fetch/hono.mjs';
import './fetch/next.mjs';
import './fetch/document.mjs';
import './fetch/types.mjs';
import './fetch/example.mjs';
