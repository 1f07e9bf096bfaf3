// Compressed streams: negotiation, the bytes on the wire, and clients that read them.
import './encodings/negotiation.mjs';
import './encodings/faces.mjs';
import './encodings/wire.mjs';
import './encodings/shared.mjs';
import './encodings/readers.mjs';
