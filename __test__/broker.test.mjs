import './broker/clients.mjs';
import './broker/topics.mjs';
import './broker/heartbeats.mjs';
import './broker/history.mjs';
import './broker/bounds.mjs';
