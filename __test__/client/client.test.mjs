// The client in Node: what it tells, what it asks, and how it comes back.
import './parser.mjs';
import './options.mjs';
import './requests.mjs';
import './redirects.mjs';
import './answers.mjs';
import './endings.mjs';
import './backoff.mjs';
import './retries.mjs';
import './liveness.mjs';
import './handlers.mjs';
import './iteration.mjs';
import './sse-manager.mjs';
import './channels.mjs';
import './sharing.mjs';
import './examples.mjs';
import './types.mjs';
