/** Draws a line chart of the last two minutes as SVG. */

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 80;
const SPAN = 120_000;

const element = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

export class Chart {
  #points = [];
  #line = element('polyline', { class: 'line', 'vector-effect': 'non-scaling-stroke' });
  #area = element('polygon', { class: 'area' });
  #svg = element('svg', {
    role: 'img',
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: 'none',
  });

  constructor(figure) {
    this.label = figure.querySelector('figcaption span').textContent;
    this.#svg.setAttribute('aria-label', `${this.label}: no value yet`);
    this.current = figure.querySelector('strong');
    this.most = figure.querySelector('.most');
    this.#svg.append(this.#area, this.#line);
    figure.querySelector('figcaption').after(this.#svg);
  }

  /** Adds a value. The time is in milliseconds. */
  add(time, value) {
    this.#points.push({ time, value });
    this.#points = this.#points.filter((point) => point.time > time - SPAN);
    const most = Math.max(1, ...this.#points.map((point) => point.value));
    const x = (point) => (WIDTH * (1 - (time - point.time) / SPAN)).toFixed(1);
    const y = (point) => (HEIGHT - 2 - (HEIGHT - 6) * (point.value / most)).toFixed(1);
    const line = this.#points.map((point) => `${x(point)},${y(point)}`).join(' ');
    this.#line.setAttribute('points', line);
    this.#area.setAttribute('points', `${x(this.#points[0])},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`);
    const number = (figure) => Math.round(figure).toLocaleString('en');
    this.current.textContent = number(value);
    this.most.textContent = `at most ${number(most)}`;
    this.#svg.setAttribute('aria-label', `${this.label}: ${number(value)}, most ${number(most)}`);
  }
}
