import { formatCount, formatMilliseconds, formatPercent } from './format.js';

const TRANSPORTS = [
  ['native', 'native', 'The Rust core writes the sockets'],
  ['stream', 'stream', 'JavaScript writes the sockets'],
  ['loop', 'res.write loop', 'A plain loop, without sluice'],
];
// The milliseconds that fill a bar, unless a transport took longer.
const FULL_BAR = 10;
const body = document.querySelector('#transports');
const rows = new Map();

function cell(className, label) {
  const made = document.createElement('td');
  made.className = className;
  made.dataset.label = label;
  return made;
}

function meter(label) {
  const made = cell('meter', label);
  const value = document.createElement('span');
  const bar = document.createElement('i');
  value.className = 'value';
  bar.setAttribute('aria-hidden', 'true');
  made.append(value, bar);
  return { cell: made, value, bar };
}

export function buildTable(onChoose) {
  for (const [transport, name, what] of TRANSPORTS) {
    const row = document.createElement('tr');
    row.dataset.transport = transport;
    const head = document.createElement('th');
    head.scope = 'row';
    head.innerHTML =
      '<label><input type="radio" name="transport"><span class="mode"></span>' +
      '<small></small></label>';
    const radio = head.querySelector('input');
    radio.value = transport;
    radio.addEventListener('change', () => onChoose(transport));
    head.querySelector('.mode').textContent = name;
    const parts = {
      row,
      radio,
      what,
      small: head.querySelector('small'),
      load: cell('wide', 'Clients × rate'),
      sendTime: meter('JavaScript time'),
      p99: meter('Delay, p99'),
      max: cell('wide number', 'Longest'),
      busy: cell('number', 'Busy'),
    };
    if (transport === 'stream') {
      const later = document.createElement('span');
      later.className = 'note later';
      later.textContent = ' + writes later';
      parts.sendTime.value.after(later);
    }
    row.append(head, parts.load, parts.sendTime.cell, parts.p99.cell, parts.max, parts.busy);
    body.append(row);
    rows.set(transport, parts);
  }
}

function showMeter({ value, bar }, milliseconds, most) {
  value.textContent = milliseconds === undefined ? '–' : formatMilliseconds(milliseconds);
  const share = milliseconds === undefined ? 0 : Math.max(0.5, (milliseconds / most) * 100);
  bar.style.width = `${share}%`;
}

export function showResults(results, current) {
  const measured = Object.values(results);
  const most = (field) => Math.max(FULL_BAR, ...measured.map((result) => result[field]));
  const mostSendTime = most('sendTime');
  const mostDelay = most('p99');
  for (const [transport, parts] of rows) {
    const result = results[transport];
    parts.row.classList.toggle('chosen', transport === current);
    parts.radio.checked = transport === current;
    parts.load.textContent = result
      ? `${formatCount(result.clients)} × ${result.rate}/s`
      : 'Not measured';
    parts.row.classList.toggle('unmeasured', !result);
    showMeter(parts.sendTime, result?.sendTime, mostSendTime);
    showMeter(parts.p99, result?.p99, mostDelay);
    parts.max.textContent = result ? formatMilliseconds(result.max) : '–';
    parts.busy.textContent = result ? formatPercent(result.busy) : '–';
    const isLate = result?.keepsUp === false;
    parts.row.classList.toggle('late', isLate);
    parts.small.textContent = isLate ? 'Cannot keep up' : parts.what;
  }
}
