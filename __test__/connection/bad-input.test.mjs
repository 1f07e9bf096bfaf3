// Every misuse has its code and its class, and a message that says what to do. Nothing a client
// sends throws.
import './bad-input/events.mjs';
import './bad-input/options.mjs';
import './bad-input/requests.mjs';
