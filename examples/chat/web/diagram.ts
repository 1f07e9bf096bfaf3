import type { Person } from '../events.js';
import type { LineState } from './line.js';

export interface Picture {
  tabs: number;
  /** Whether this tab holds the connection. */
  isHeld: boolean;
  state: LineState;
  connections: number;
  /** The other people who are connected to the server. */
  others: Person[];
}

const SVG = 'http://www.w3.org/2000/svg';
const MOST = 4;
const MIDDLE = 44;
const STEP = 22;
const TAB = { left: 2, width: 42, height: 17 };
const GATE = 104;
const SERVER = { left: 146, width: 40, height: 44 };
const RIGHT = SERVER.left + SERVER.width;
const END = 234;

function shape(tag: string, attributes: Record<string, string | number>) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, String(value));
  }
  return element;
}

/** Returns the visible items, each with its vertical position. */
function column<Item>(items: Item[]): [Item, number][] {
  const shown = items.slice(0, MOST);
  const top = MIDDLE - ((shown.length - 1) * STEP) / 2;
  return shown.map((item, n) => [item, top + n * STEP]);
}

const curve = (x: number, y: number, toX: number, toY: number) =>
  `M${x} ${y}C${(x + toX) / 2} ${y} ${(x + toX) / 2} ${toY} ${toX} ${toY}`;

function tabAt(y: number, isThis: boolean, isHeld: boolean) {
  const { left, width, height } = TAB;
  const role = isThis ? 'this' : 'other';
  const parts = [
    shape('path', { d: curve(left + width, y, GATE, MIDDLE), class: 'branch' }),
    shape('rect', { x: left, y: y - height / 2, width, height, rx: 5, class: `tab ${role}` }),
    shape('rect', { x: left + 7, y: y - 2, width: 15, height: 4, rx: 2, class: `title ${role}` }),
  ];
  if (isThis && isHeld) parts.push(shape('circle', { cx: 34, cy: y, r: 3.5, class: 'holder' }));
  return parts;
}

function personAt(y: number, { hue }: Person) {
  const end = shape('circle', { cx: END, cy: y, r: 8, class: 'end' });
  end.style.setProperty('--hue', String(hue));
  return [shape('path', { d: curve(RIGHT, MIDDLE, END - 8, y), class: 'elsewhere' }), end];
}

/** Draws the tabs, their shared connection and the other people. */
export class Diagram {
  readonly #svg: SVGSVGElement;
  #drawn = '';

  constructor(svg: SVGSVGElement) {
    this.#svg = svg;
  }

  show(picture: Picture) {
    const drawing = JSON.stringify(picture);
    if (drawing === this.#drawn) return;
    this.#drawn = drawing;
    const { tabs, isHeld, state, connections, others } = picture;
    const pipe = `M${GATE} ${MIDDLE}H${SERVER.left}`;
    const number = shape('text', { x: SERVER.left + SERVER.width / 2, y: MIDDLE, class: 'number' });
    number.textContent = state === 'connected' ? String(connections) : '?';
    this.#svg.dataset.state = state;
    this.#svg.replaceChildren(
      ...column(Array.from({ length: tabs }, (_, n) => n === 0)).flatMap(([isThis, y]) =>
        tabAt(y, isThis, isHeld),
      ),
      ...column(others).flatMap(([person, y]) => personAt(y, person)),
      shape('path', { d: pipe, class: 'pipe' }),
      shape('path', { d: pipe, class: 'flow' }),
      shape('circle', { cx: GATE, cy: MIDDLE, r: 5, class: 'gate' }),
      shape('rect', {
        x: SERVER.left,
        y: MIDDLE - SERVER.height / 2,
        width: SERVER.width,
        height: SERVER.height,
        rx: 10,
        class: 'server',
      }),
      number,
    );
  }

  /** Animates the connection when data arrives. */
  pulse() {
    for (const animation of this.#svg.querySelector('.flow')?.getAnimations() ?? []) {
      animation.cancel();
      animation.play();
    }
  }
}
