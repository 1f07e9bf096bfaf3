// Connection limits: refused before anything is allocated, and counted exactly.
import './limits/keys.mjs';
import './limits/refusals.mjs';
import './limits/counts.mjs';
import './limits/members.mjs';
