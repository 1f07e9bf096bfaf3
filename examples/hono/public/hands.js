import { raiseHand, showCounts, showMine, showOptions } from './options.js';

const RETRY = 2000;
const CROWD = 150;
const STATUS = { live: 'Live', lost: 'The server is gone. Trying again' };

const polls = document.querySelector('#polls');
const question = document.querySelector('#question');
const status = document.querySelector('#status');
const watching = document.querySelector('#watching');
const crowd = document.querySelector('#crowd');

// One voter per page. randomUUID() exists only in secure contexts.
const newVoter = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join('-');
const me = newVoter();
/** The votes of this page, by poll. */
const mine = new Map();
let poll;
let options = 0;
let source;

function show(state) {
  status.dataset.state = state;
  status.textContent = STATUS[state];
}

async function vote(voter, option) {
  const body = JSON.stringify({ voter, option });
  const { ok } = await fetch(`polls/${poll}/votes`, { method: 'POST', body });
  return ok;
}

function choose(option) {
  mine.set(poll, option);
  showMine(option);
  vote(me, option).catch(() => show('lost'));
}

function open() {
  source?.close();
  const stream = new EventSource(`polls/${poll}/events`);
  source = stream;
  stream.addEventListener('open', () => show('live'));
  // The current state, after the first connection and each reconnect.
  stream.addEventListener('poll', (event) => {
    const { counts, ...shown } = JSON.parse(event.data);
    question.textContent = shown.question;
    options = shown.options.length;
    showOptions(shown.options, choose);
    showCounts(counts);
    showMine(mine.get(poll));
  });
  stream.addEventListener('vote', (event) => {
    const { option, counts } = JSON.parse(event.data);
    showCounts(counts);
    raiseHand(option);
  });
  stream.addEventListener('watching', (event) => {
    watching.textContent = event.data;
  });
  stream.addEventListener('error', () => {
    show('lost');
    watching.textContent = '–';
    // EventSource retries automatically, unless the response was not an event stream.
    if (stream.readyState === EventSource.CLOSED)
      setTimeout(() => source === stream && open(), RETRY);
  });
}

function link({ id, question }) {
  const link = document.createElement('a');
  link.href = `#${id}`;
  link.textContent = question;
  return link;
}

function choosePoll() {
  const links = Array.from(polls.children);
  const chosen = links.find(({ hash }) => hash === location.hash) ?? links[0];
  for (const link of links) link.toggleAttribute('aria-current', link === chosen);
  poll = chosen.hash.slice(1);
  open();
}

crowd.addEventListener('click', async () => {
  crowd.disabled = true;
  // Votes are random, but one option is more popular than the others.
  const favourite = Math.floor(Math.random() * options);
  for (let n = 0; n < CROWD; n += 1) {
    const option = Math.random() < 0.35 ? favourite : Math.floor(Math.random() * options);
    if (!(await vote(newVoter(), option).catch(() => false))) break;
    await new Promise(requestAnimationFrame);
  }
  crowd.disabled = false;
});

async function start() {
  const response = await fetch('polls').catch(() => undefined);
  if (!response?.ok) {
    show('lost');
    setTimeout(start, RETRY);
    return;
  }
  polls.replaceChildren(...(await response.json()).map(link));
  choosePoll();
  addEventListener('hashchange', choosePoll);
}

start();
