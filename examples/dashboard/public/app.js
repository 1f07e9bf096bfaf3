import { buildCharts } from './charts.js';
import { buildTable, showResults } from './compare.js';
import { listen, post } from './connection.js';
import { bindNumber } from './controls.js';
import { showEntry } from './feed.js';
import { formatCount } from './format.js';
import { measureAll } from './measure.js';

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
const waiting = [];
let measuring;

// Sends a change to the server; what goes wrong is said next to the controls.
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

listen({
  onStatus(state) {
    if (status.dataset.state !== state) {
      status.dataset.state = state;
      status.textContent = STATUS[state];
    }
    measure.disabled = state === 'lost';
  },
  onState(state) {
    clients.limit(state.limits.clients);
    rate.limit(state.limits.rate);
    applySettings(state.settings);
    showResults(state.results, state.settings.transport);
    charts.replace(state.history);
    if (state.history.length > 0) {
      showSample(state.history.at(-1));
    }
  },
  onStats(stats) {
    applySettings(stats.settings);
    showSample(stats.sample);
    showResults(stats.results, stats.settings.transport);
    charts.append(stats.sample);
    for (const resolve of waiting.splice(0)) {
      resolve(stats);
    }
  },
  onEntry: showEntry,
});

measure.addEventListener('click', async () => {
  if (measuring) {
    measuring.abort();
    return;
  }
  measuring = new AbortController();
  try {
    await measureAll({
      post,
      settings,
      signal: measuring.signal,
      nextStats: () => new Promise((resolve) => waiting.push(resolve)),
      onStep(transport, step, steps) {
        measure.textContent = `Stop: ${transport}, ${step} of ${steps}`;
      },
    });
    problem.hidden = true;
  } catch (error) {
    complain(error);
  }
  measuring = undefined;
  measure.textContent = 'Measure all three';
});

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
