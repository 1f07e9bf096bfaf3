import { Answer } from './answer.js';

const MOST = 20;
const RETRY = 1000;
const NEAR = 80;

const find = (id) => document.querySelector(`#${id}`);
const [log, form, question, stop, problem] = ['log', 'composer', 'question', 'stop', 'problem'].map(
  find,
);

/** The answers by id, in the order of their questions. */
const answers = new Map();
/** Announces an answer to the other tabs. Each tab reads it over its own connection. */
const tabs = new BroadcastChannel('sluice-tokens');
let isLive = false;
let follows = true;
let refreshing;

function show(state, text) {
  isLive = state === 'live';
  const status = find('status');
  status.dataset.state = state;
  if (status.textContent !== text) status.textContent = text;
}

function draw() {
  const all = [...answers.values()];
  const isWriting = all.some((answer) => answer.isRunning);
  // One answer at a time: a browser has six connections to a server, across all tabs.
  find('ask').hidden = isWriting;
  for (const button of find('suggestions').children) button.disabled = isWriting;
  stop.hidden = !isWriting;
  for (const figure of ['received', 'missed', 'twice']) {
    find(figure).textContent = all.reduce((sum, answer) => sum + answer[figure], 0);
  }
  if (follows) log.scrollTop = log.scrollHeight;
}

function add(id, events = 0) {
  if (answers.has(id)) return;
  answers.set(id, new Answer(id, events, { changed: draw, line }));
  log.append(answers.get(id).element);
  follows = true;
  draw();
}

/** Called when a stream was cut or restored. */
function line(isUp) {
  if (!isUp) {
    if (!isLive) return;
    show('lost', 'The server is gone. Trying again');
  }
  refresh();
}

/** Fetches the list of answers, and retries until the server responds. */
function refresh() {
  refreshing ??= ask().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function ask() {
  for (;;) {
    const response = await fetch('state').catch(() => undefined);
    if (response?.ok) return know(await response.json());
    show('lost', 'The server is gone. Trying again');
    await new Promise((resolve) => setTimeout(resolve, RETRY));
  }
}

function know({ process, isShared, answers: known }) {
  show('live', `Served by process ${process}`);
  find('survives').textContent = isShared
    ? 'What was written survives in Redis. The rest is never written.'
    : 'Its answers are gone. With REDIS_URL, what was written survives.';
  for (const { id, state, events } of known.slice(-MOST)) {
    add(id, state === 'running' ? events : 0);
  }
  const ids = new Set(known.map(({ id }) => id));
  for (const [id, answer] of answers) answer.settle(ids.has(id));
}

async function attempt(request) {
  problem.hidden = true;
  const response = await request().catch(() => undefined);
  if (response?.ok) return response;
  const refusal = await response?.json().catch(() => undefined);
  problem.textContent = refusal?.error ?? 'The server cannot be reached.';
  problem.hidden = false;
  refresh();
  return undefined;
}

async function send(text) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify({ question: text });
  const response = await attempt(() => fetch('answers', { method: 'POST', headers, body }));
  if (!response) return;
  const { id } = await response.json();
  question.value = '';
  add(id);
  tabs.postMessage(id);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (text !== '' && stop.hidden) send(text);
});
find('suggestions').addEventListener('click', ({ target }) => {
  if (target.matches('button')) send(target.textContent);
});
stop.addEventListener('click', () => {
  for (const answer of answers.values()) if (answer.isRunning) attempt(() => answer.stop());
});
tabs.addEventListener('message', ({ data }) => add(data));
log.addEventListener('scroll', () => {
  follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
});
// A scrolling area must be reachable by keyboard, which not every browser ensures.
log.tabIndex = 0;

refresh();
