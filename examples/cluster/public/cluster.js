import { createSSEClient } from './sluice/index.js';
import { Tally } from './tally.mjs';

const NODES = ['a', 'b', 'c', 'd'];
const FIGURES = ['events', 'moves', 'missed', 'twice', 'gaps'];
const SELF = 'this page';

/** The latest figures of each client, by name. */
const clients = new Map();
/** The state of each process, by name. */
const states = new Map(NODES.map((name) => [name, 'runs']));
const cards = new Map(NODES.map((name) => [name, card(name)]));

function card(name) {
  const section = document.createElement('section');
  section.className = 'node';
  section.dataset.node = name;
  const title = document.createElement('h2');
  title.textContent = `Process ${name}`;
  const state = document.createElement('p');
  state.className = 'state';
  const list = document.createElement('ul');
  list.setAttribute('aria-label', `Clients of process ${name}`);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Kill';
  button.setAttribute('aria-label', `Kill process ${name}`);
  button.addEventListener('click', () => {
    show(name, 'killed');
    fetch(`nodes/${name}/kill`, { method: 'POST' }).catch(() => show(name, 'runs'));
  });
  section.append(title, state, list, button);
  document.querySelector('#nodes').append(section);
  return { section, state, list, button };
}

function show(name, what) {
  states.set(name, what);
  draw();
}

function chip(name) {
  const item = document.createElement('li');
  item.textContent = name;
  if (name === SELF) item.className = 'self';
  return item;
}

function draw() {
  const all = [...clients.values()].sort((one, other) =>
    one.name.localeCompare(other.name, 'en', { numeric: true }),
  );
  for (const [name, { section, state, list, button }] of cards) {
    const runs = states.get(name) === 'runs';
    const here = all.filter(({ node }) => node === name);
    section.dataset.state = runs ? 'runs' : 'killed';
    const count = here.length === 1 ? '1 client' : `${here.length} clients`;
    state.textContent = runs ? count : 'Killed. It starts again soon';
    list.replaceChildren(...here.map((client) => chip(client.name)));
    button.disabled = !runs;
  }
  for (const figure of FIGURES) {
    const sum = all.reduce((total, client) => total + client[figure], 0);
    const output = document.querySelector(`#${figure}`);
    output.textContent = sum.toLocaleString('en');
    if (['missed', 'twice', 'gaps'].includes(figure)) output.dataset.bad = String(sum > 0);
  }
}

const client = createSSEClient({ url: 'events', maxRetries: 0 });
const tally = new Tally(client);
const status = document.querySelector('#status');
client.onStateChange((state) => {
  status.dataset.state = state;
  status.textContent = state === 'connected' ? 'Connected' : 'Moving to another process';
});
client.on('served', ({ data }) => {
  status.textContent = `Connected to process ${data.node}`;
});
client.on('node', ({ data }) => show(data.name, data.state));
client.on('client', ({ data }) => clients.set(data.name, data));
client.connect();

setInterval(() => {
  clients.set(SELF, { name: SELF, ...tally.figures });
  draw();
}, 250);
draw();
