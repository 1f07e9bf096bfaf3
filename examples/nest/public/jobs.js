const KEPT = 12;
const RETRY = 2000;
const STATUS = { live: 'Live', lost: 'The server is gone. Trying again' };

const list = document.querySelector('#jobs');
const status = document.querySelector('#status');
const rows = new Map();

function show(state) {
  status.dataset.state = state;
  status.textContent = STATUS[state];
}

function addRow(job) {
  const row = document.createElement('li');
  const bar = Object.assign(document.createElement('progress'), { max: 100 });
  bar.setAttribute('aria-label', `Job ${job}`);
  const percent = document.createElement('output');
  row.append(`Job ${job}`, bar, percent);
  list.prepend(row);
  rows.set(job, { row, bar, percent });
  if (rows.size > KEPT) {
    const [oldest] = rows.keys();
    rows.get(oldest).row.remove();
    rows.delete(oldest);
  }
}

function progress({ job, percent }) {
  if (!rows.has(job)) addRow(job);
  rows.get(job).bar.value = percent;
  rows.get(job).percent.value = percent === 100 ? 'done' : `${percent} %`;
}

function open() {
  const source = new EventSource('jobs/events');
  source.addEventListener('open', () => show('live'));
  source.addEventListener('progress', (event) => progress(JSON.parse(event.data)));
  // How things stand, to a page that is new or was away for too long.
  source.addEventListener('jobs', (event) => {
    list.replaceChildren();
    rows.clear();
    for (const job of JSON.parse(event.data)) progress(job);
  });
  source.addEventListener('error', () => {
    show('lost');
    // The browser tries again by itself, except after an answer that was no event stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY);
  });
}

document.querySelector('#start').addEventListener('click', () => {
  fetch('jobs', { method: 'POST' }).catch(() => show('lost'));
});

open();
