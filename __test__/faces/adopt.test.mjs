// adopt() and toNode() of sluice/fetch: Fetch responses on Node's `req` and `res`.
import './adopt/streams.mjs';
import './adopt/heads.mjs';
import './adopt/pipes.mjs';
import './adopt/bytes.mjs';
import './adopt/invalid-frames.mjs';
import './adopt/pressure.mjs';
import './adopt/refusals.mjs';
import './adopt/to-node.mjs';
import './adopt/leaks.mjs';
import './adopt/types.mjs';
