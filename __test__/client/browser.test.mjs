// The client in Chromium, loaded from its published files.
import './browser/behind.mjs';
import './browser/fallback.mjs';
import './browser/feed.mjs';
import './browser/giving-up.mjs';
import './browser/journal.mjs';
import './browser/memory.mjs';
import './browser/network.mjs';
import './browser/origins.mjs';
import './browser/roll-call.mjs';
import './browser/share.mjs';
import './browser/slow-loop.mjs';
import './browser/stop.mjs';
import './browser/takeover.mjs';
import './browser/topics.mjs';
import './browser/topics-away.mjs';
import './browser/users.mjs';
