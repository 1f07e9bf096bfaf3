// What taking a socket over from Node must not break, on node:http.
import './handover/requests.mjs';
import './handover/bodies.mjs';
import './handover/half-open.mjs';
import './handover/sockets.mjs';
import './handover/endings.mjs';
import './handover/processes.mjs';
