// sluice/express on Express 4 and 5, alone and behind common middleware.
import './express/handler.mjs';
import './express/errors.mjs';
import './express/middleware.mjs';
import './express/types.mjs';
