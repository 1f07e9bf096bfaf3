// connectBroker: topics over one connection, with the routes of a real server.
import './broker/delivery.mjs';
import './broker/requests.mjs';
import './broker/limits.mjs';
import './broker/sessions.mjs';
import './broker/failures.mjs';
import './broker/sharing.mjs';
