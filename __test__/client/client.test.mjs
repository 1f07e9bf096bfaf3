// The client in Node.js: its events, its requests and its reconnects.
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
