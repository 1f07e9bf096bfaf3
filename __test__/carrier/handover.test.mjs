// Tests that node:http still works as expected when the core takes over a socket.
import './handover/requests.mjs';
import './handover/pipelining.mjs';
import './handover/last-response.mjs';
import './handover/sockets.mjs';
import './handover/half-open.mjs';
import './handover/core.mjs';
import './handover/bodies.mjs';
import './handover/endings.mjs';
import './handover/processes.mjs';
