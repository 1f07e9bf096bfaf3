// The client in Chromium, as its files are served.
import './client-browser/behind.mjs';
import './client-browser/fallback.mjs';
import './client-browser/feed.mjs';
import './client-browser/giving-up.mjs';
import './client-browser/journal.mjs';
import './client-browser/memory.mjs';
import './client-browser/network.mjs';
import './client-browser/origins.mjs';
import './client-browser/roll-call.mjs';
import './client-browser/share.mjs';
import './client-browser/slow-loop.mjs';
import './client-browser/stop.mjs';
import './client-browser/takeover.mjs';
import './client-browser/users.mjs';
