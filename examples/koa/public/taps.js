const RETRY = 2000;
const STATUS = { live: 'Live', lost: 'The server is gone. Trying again' };

const board = document.querySelector('#board');
const people = document.querySelector('#people');
const seen = document.querySelector('#taps');
const status = document.querySelector('#status');

// One colour per page, to tell the taps of different pages apart.
const hue = Math.floor(Math.random() * 360);
let taps = 0;

function show(state) {
  status.dataset.state = state;
  status.textContent = STATUS[state];
}

function count(figure, number, one, many) {
  figure.textContent = number;
  figure.nextElementSibling.textContent = Number(number) === 1 ? one : many;
}

function draw({ x, y, hue }) {
  const dot = document.createElement('span');
  dot.className = 'tap';
  dot.style.setProperty('--hue', hue);
  dot.style.left = `${x * 100}%`;
  dot.style.top = `${y * 100}%`;
  dot.addEventListener('animationend', (event) => {
    if (event.animationName === 'fade') dot.remove();
  });
  board.dataset.used = '';
  board.append(dot);
  taps += 1;
  count(seen, taps, 'tap seen', 'taps seen');
}

function tap(x, y) {
  const query = new URLSearchParams({ x: x.toFixed(4), y: y.toFixed(4), hue });
  fetch(`taps?${query}`, { method: 'POST' }).catch(() => show('lost'));
}

function open() {
  const source = new EventSource('events');
  source.addEventListener('open', () => show('live'));
  source.addEventListener('tap', (event) => draw(JSON.parse(event.data)));
  source.addEventListener('people', (event) => {
    count(people, event.data, 'page open', 'pages open');
  });
  source.addEventListener('error', () => {
    show('lost');
    people.textContent = '–';
    // EventSource retries automatically, unless the response was not an event stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(open, RETRY);
  });
}

board.addEventListener('click', (event) => {
  // A click by keyboard has no position.
  if (event.detail === 0) return tap(Math.random(), Math.random());
  const { left, top, width, height } = board.getBoundingClientRect();
  const within = (value) => Math.min(1, Math.max(0, value));
  tap(within((event.clientX - left) / width), within((event.clientY - top) / height));
});

open();
