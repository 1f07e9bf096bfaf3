// What connection.stream() makes of a source, how it waits for the client, and how it ends.
import './stream-source/items.mjs';
import './stream-source/pressure.mjs';
import './stream-source/stopping.mjs';
import './stream-source/errors.mjs';
import './stream-source/concurrency.mjs';
