import './clients.mjs';
import './topics.mjs';
import './heartbeats.mjs';
import './presence.mjs';
import './history.mjs';
import './bounds.mjs';
import './sessions.mjs';
import './topic-field.mjs';
