import { formatCount, formatTime } from './format.js';

const MOST = 100;
const list = document.querySelector('#feed');
const empty = document.querySelector('#feed-empty');
const counter = document.querySelector('#feed-count');
let count = 0;

const element = (name, className, text) => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

export function showEntry({ type, data, lastEventId }) {
  const now = new Date();
  const time = element('time', 'time', formatTime(now));
  time.dateTime = now.toISOString();
  const item = element('li', '', '');
  item.dataset.event = type;
  item.append(
    element('span', 'name', type),
    element('code', 'id', lastEventId),
    time,
    element('p', 'data', data),
  );
  // Keep the position of a reader who has scrolled down.
  const before = list.scrollTop;
  const height = list.scrollHeight;
  list.prepend(item);
  while (list.children.length > MOST) {
    list.lastElementChild.remove();
  }
  if (before > 0) {
    list.scrollTop = before + list.scrollHeight - height;
  }
  empty.hidden = true;
  count += 1;
  counter.textContent = count === 1 ? '1 event' : `${formatCount(count)} events`;
}
