// Tests connection.stream(): the events that it sends, back-pressure, stopping and errors.
import './stream-source/items.mjs';
import './stream-source/pressure.mjs';
import './stream-source/stopping.mjs';
import './stream-source/errors.mjs';
import './stream-source/concurrency.mjs';
import './stream-source/observables.mjs';
import './stream-source/types.mjs';
import './stream-source/frames.mjs';
