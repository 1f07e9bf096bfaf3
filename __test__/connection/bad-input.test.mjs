// Tests that every misuse throws an error with a code, a class and a message that says what to do.
// Input from a client never throws.
import './bad-input/events.mjs';
import './bad-input/options.mjs';
import './bad-input/requests.mjs';
