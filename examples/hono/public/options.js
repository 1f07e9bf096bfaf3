const HUES = [25, 85, 165, 265];
const MAX_HANDS = 6;

const list = document.querySelector('#options');
const total = document.querySelector('#total');
let rows = [];

function part(name) {
  const element = document.createElement('span');
  element.className = name;
  return element;
}

function row(label, index, choose) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'option';
  button.style.setProperty('--hue', HUES[index % HUES.length]);
  const [mine, name, share, count] = ['mine', 'label', 'share', 'count'].map(part);
  name.textContent = label;
  button.append(mine, name, share, count);
  button.addEventListener('click', () => choose(index));
  return { button, share, count };
}

/** Shows a poll's options. `choose` is called with the index of a clicked option. */
export function showOptions(labels, choose) {
  rows = labels.map((label, index) => row(label, index, choose));
  list.replaceChildren(...rows.map(({ button }) => button));
}

export function showCounts(counts) {
  const sum = counts.reduce((all, count) => all + count, 0);
  total.textContent = sum;
  for (const [index, { button, share, count }] of rows.entries()) {
    const part = sum === 0 ? 0 : counts[index] / sum;
    button.style.setProperty('--share', part.toFixed(4));
    share.textContent = `${Math.round(part * 100)} %`;
    count.textContent = counts[index];
  }
}

export function showMine(option) {
  for (const [index, { button }] of rows.entries()) {
    button.setAttribute('aria-pressed', index === option);
  }
}

/** Raises a hand in an option, unless it already shows enough hands. */
export function raiseHand(option) {
  const { button } = rows[option];
  if (button.querySelectorAll('.hand').length >= MAX_HANDS) return;
  const hand = part('hand');
  hand.style.setProperty('--at', Math.random().toFixed(2));
  hand.addEventListener('animationend', () => hand.remove());
  button.append(hand);
}
