// Tests of `lean`: connections for which no object of Node.js is left.
import './lean/released.mjs';
import './lean/remade.mjs';
import './lean/listeners.mjs';
import './lean/servers.mjs';
import './lean/faces.mjs';
import './lean/options.mjs';
