/** Shows the channels, topics and patterns with the most members. */
import { bytes, count, text } from './format.js';

const NONE = '–';

export function showChannels(body, note, { total, rows }) {
  const hidden = total - rows.length;
  note.textContent =
    total === 0
      ? 'No channels.'
      : `${count(total)} in all${hidden > 0 ? `; ${count(hidden)} of them not shown` : ''}`;
  body.closest('table').hidden = total === 0;
  body.replaceChildren(...rows.map(row));
}

function row({ number, kind, name, members, history }) {
  const made = document.createElement('tr');
  const what = text('td', '', 'path');
  what.append(text('span', name ?? `No. ${number}`), ' ', text('span', kind, 'kind'));
  made.append(
    what,
    text('td', count(members), 'number'),
    text('td', history ? count(history.events) : NONE, 'number'),
    text('td', history ? bytes(history.bytes) : NONE, 'number'),
  );
  return made;
}
