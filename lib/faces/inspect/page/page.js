/** The page of sluice/inspect: receives snapshots and shows them. */
import { showChannels } from './channels.js';
import { Chart } from './chart.js';
import { bytes, count, duration, text } from './format.js';

/** A stream is lost after this time without a snapshot, in milliseconds. */
const SILENCE = 5000;
/** How long the search waits for the next keystroke, in milliseconds. */
const TYPING = 300;
/** The browser does not reconnect after a refusal. The page does, after these milliseconds. */
const RETURN = 3000;

const find = (id) => document.getElementById(id);
const charts = {
  connections: new Chart(find('connections-chart')),
  deliveries: new Chart(find('deliveries-chart')),
};
const query = { sort: 'queue', order: 'desc', search: '' };
let stream;
let last;
let silence;
let typing;
let returning;

function setState(state, label) {
  document.body.dataset.state = state;
  if (find('state').textContent !== label) find('state').textContent = label;
}

const lost = () => setState('lost', 'Connection lost: the figures are outdated');

/** Opens a stream for the query. The handler chooses the rows. */
function open() {
  clearTimeout(returning);
  stream?.close();
  stream = new EventSource(`events?${new URLSearchParams(query)}`);
  stream.addEventListener('snapshot', ({ data }) => show(JSON.parse(data)));
  stream.addEventListener('error', ({ target }) => {
    lost();
    if (target.readyState === EventSource.CLOSED) returning = setTimeout(open, RETURN);
  });
  markSort();
}

function show(snapshot) {
  clearTimeout(silence);
  silence = setTimeout(lost, SILENCE);
  setState('live', 'Live');
  find('process').textContent =
    `Process ${snapshot.pid}, running for ${duration(snapshot.uptime)}, Node.js ${snapshot.node}`;
  showTotals(snapshot);
  showCharts(snapshot);
  showSlow(snapshot.slow);
  showChannels(find('channels'), find('channels-shown'), snapshot.channels);
  showRows(snapshot.connections);
}

function pairs(list, entries) {
  const groups = entries.map(([name, value]) => {
    const group = document.createElement('div');
    group.append(text('dt', name), text('dd', value));
    return group;
  });
  list.replaceChildren(...groups);
}

function showTotals({ metrics }) {
  const { connections, history } = metrics;
  pairs(find('totals'), [
    ['Native', count(connections.native)],
    ['Stream', count(connections.stream)],
    ['Channels and topics', count(metrics.channels)],
    ['Queued', bytes(metrics.queuedBytes)],
    ['Sent', bytes(metrics.bytes)],
    ['Dropped events', count(metrics.drops)],
    ['Histories', bytes(history.bytes)],
    ['Gaps on return', count(history.misses)],
  ]);
  const closes = Object.entries(metrics.closes);
  pairs(
    find('closes'),
    closes.map(([reason, closed]) => [reason, count(closed)]),
  );
}

function showCharts({ time, metrics }) {
  charts.connections.add(time, metrics.connections.native + metrics.connections.stream);
  const elapsed = last ? (time - last.time) / 1000 : 0;
  // The first snapshot of another process has smaller counters.
  const delivered = last ? Math.max(0, metrics.deliveries - last.deliveries) : 0;
  if (elapsed > 0) charts.deliveries.add(time, delivered / elapsed);
  last = { time, deliveries: metrics.deliveries };
}

function showSlow(slow) {
  find('no-slow').hidden = slow.length > 0;
  const items = slow.map(({ number, path, queuedBytes }) => {
    const item = document.createElement('li');
    item.append(text('strong', bytes(queuedBytes)), text('span', ` No. ${number}, ${path}`));
    return item;
  });
  find('slow').replaceChildren(...items);
}

function showRows({ total, matching, rows }) {
  const hidden = matching - rows.length;
  const found = matching === total ? count(total) : `${count(matching)} of ${count(total)}`;
  find('shown').textContent =
    `${found} connections${hidden > 0 ? `; ${count(hidden)} of them not shown` : ''}`;
  find('rows').replaceChildren(...rows.map(row));
}

function row({ number, path, address, transport, age, queuedBytes, isPage }) {
  const made = document.createElement('tr');
  const where = text('td', '', 'path');
  where.append(text('span', path));
  if (isPage) {
    made.className = 'own';
    where.append(text('span', 'this page', 'badge'));
  }
  made.append(
    text('td', number, 'number'),
    where,
    text('td', bytes(queuedBytes), 'number'),
    text('td', duration(age), 'number'),
    text('td', address),
    text('td', transport),
  );
  return made;
}

function markSort() {
  for (const button of document.querySelectorAll('[data-sort]')) {
    const header = button.closest('th');
    if (button.dataset.sort !== query.sort) header.removeAttribute('aria-sort');
    else header.setAttribute('aria-sort', query.order === 'asc' ? 'ascending' : 'descending');
  }
}

for (const button of document.querySelectorAll('[data-sort]')) {
  button.addEventListener('click', () => {
    const { sort } = button.dataset;
    const isFigure = sort === 'queue' || sort === 'age';
    const isSame = sort === query.sort;
    query.order = isSame ? (query.order === 'asc' ? 'desc' : 'asc') : isFigure ? 'desc' : 'asc';
    query.sort = sort;
    open();
  });
}

find('search').addEventListener('input', ({ target }) => {
  clearTimeout(typing);
  typing = setTimeout(() => {
    query.search = target.value;
    open();
  }, TYPING);
});

open();
