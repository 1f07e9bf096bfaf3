// Tests drain() and gracefulShutdown().
import './drain/ends.mjs';
import './drain/many.mjs';
import './drain/options.mjs';
import './drain/refusing.mjs';
import './drain/slow.mjs';
import './drain/shutdown.mjs';
import './drain/restart.mjs';
