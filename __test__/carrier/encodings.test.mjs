// Which clients get a compressed stream, the bytes that it consists of, and who can read it.
import './encodings/negotiation.mjs';
import './encodings/faces.mjs';
import './encodings/wire.mjs';
import './encodings/shared.mjs';
import './encodings/readers.mjs';
