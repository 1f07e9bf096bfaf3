// sluice/digipair: the real engine executes its pins, with real servers and clients.
import './digipair/document.mjs';
import './digipair/names.mjs';
import './digipair/disconnected.mjs';
import './digipair/bad-input.mjs';
import './digipair/lifetimes.mjs';
import './digipair/resume.mjs';
import './digipair/installed.mjs';
import './digipair/schema.mjs';
import './digipair/types.mjs';
