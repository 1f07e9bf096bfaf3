// Tests the chat example: its server, its types, and its page in Chromium.
import './chat/connection.mjs';
import './chat/presence.mjs';
import './chat/room.mjs';
import './chat/server.mjs';
import './chat/types.mjs';
