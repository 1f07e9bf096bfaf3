// Tests of `lean`: connections that keep no Node.js objects.
import './lean/released.mjs';
import './lean/remade.mjs';
import './lean/listeners.mjs';
import './lean/servers.mjs';
import './lean/faces.mjs';
import './lean/options.mjs';
