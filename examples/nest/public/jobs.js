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
  // The newest job first. A new page receives the jobs in the order of their latest progress.
  const older = [...rows.keys()].filter((other) => other < job);
  list.insertBefore(row, rows.get(Math.max(...older))?.row ?? null);
  const added = { row, bar, percent };
  rows.set(job, added);
  if (rows.size > KEPT) {
    const oldest = Math.min(...rows.keys());
    rows.get(oldest).row.remove();
    rows.delete(oldest);
  }
  return added;
}

function progress({ job, percent }) {
  const row = rows.get(job) ?? addRow(job);
  row.bar.value = percent;
  row.percent.value = percent === 100 ? 'done' : `${percent} %`;
}

function open() {
  const source = new EventSource('jobs/events');
  source.addEventListener('open', () => show('live'));
  source.addEventListener('progress', (event) => progress(JSON.parse(event.data)));
  // The server has restarted, or the page was disconnected for too long. All jobs follow.
  source.addEventListener('sluice.reset', () => {
    list.replaceChildren();
    rows.clear();
  });
  source.addEventListener('error', () => {
    show('lost');
    // EventSource retries automatically, unless the response was not an event stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY);
  });
}

document.querySelector('#start').addEventListener('click', () => {
  fetch('jobs', { method: 'POST' }).catch(() => show('lost'));
});

open();
