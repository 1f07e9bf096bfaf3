// The client in Node: what it tells, what it asks, and how it comes back.
import './client/parser.mjs';
import './client/options.mjs';
import './client/requests.mjs';
import './client/redirects.mjs';
import './client/answers.mjs';
import './client/endings.mjs';
import './client/backoff.mjs';
import './client/retries.mjs';
import './client/liveness.mjs';
import './client/handlers.mjs';
import './client/iteration.mjs';
import './client/sse-manager.mjs';
import './client/channels.mjs';
import './client/sharing.mjs';
import './client/examples.mjs';
import './client/types.mjs';
