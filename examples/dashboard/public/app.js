import { buildCharts } from './charts.js';
import { buildTable, showResults } from './compare.js';
import { listen, post } from './connection.js';
import { bindNumber } from './controls.js';
import { showEntry } from './feed.js';
import { formatCount } from './format.js';
import { showVerdict } from './verdict.mjs';

const STATUS = {
  live: 'Live',
  silent: 'The server is silent',
  lost: 'The server is gone. Trying again',
};
const status = document.querySelector('#status');
const problem = document.querySelector('#problem');
const connected = document.querySelector('#connected');
const measure = document.querySelector('#measure');
const message = document.querySelector('#message');
const charts = buildCharts();

let settings;
let measuring;

// Sends a change to the server. Errors are shown next to the controls.
async function change(path, body) {
  try {
    applySettings(await post(path, body));
    problem.hidden = true;
  } catch (error) {
    complain(error);
  }
}

function complain(error) {
  problem.textContent = error.message;
  problem.hidden = false;
}

const clients = bindNumber('clients', (value) => change('clients', { clients: value }));
const rate = bindNumber('rate', (value) => change('rate', { rate: value }));
buildTable((transport) => change('transport', { transport }));

function applySettings(next) {
  settings = next;
  clients.update(settings.clients);
  rate.update(settings.rate);
}

function showSample(sample) {
  connected.textContent = `${formatCount(sample.connected)} of ${formatCount(sample.clients)}`;
}

function showMeasuring(state) {
  measuring = state.measuring;
  showVerdict(state.results, measuring);
  measure.textContent = measuring
    ? `Stop: ${measuring.transport}, ${measuring.step} of ${measuring.steps}`
    : 'Measure all three';
}

listen({
  onStatus(state) {
    if (status.dataset.state !== state) {
      status.dataset.state = state;
      status.textContent = STATUS[state];
      document.body.dataset.server = state === 'live' ? 'live' : 'gone';
    }
    measure.disabled = state === 'lost';
  },
  onState(state) {
    clients.limit(state.limits.clients);
    rate.limit(state.limits.rate);
    applySettings(state.settings);
    showResults(state.results, state.settings.transport);
    showMeasuring(state);
    charts.replace(state.history);
    if (state.history.length > 0) {
      showSample(state.history.at(-1));
    }
  },
  onStats(stats) {
    applySettings(stats.settings);
    showSample(stats.sample);
    showResults(stats.results, stats.settings.transport);
    showMeasuring(stats);
    charts.append(stats.sample);
  },
  onEntry: showEntry,
});

measure.addEventListener('click', () => change('measure', { run: !measuring }));

message.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await post('message', { text: message.elements.text.value });
    message.reset();
    problem.hidden = true;
  } catch (error) {
    complain(error);
  }
});
