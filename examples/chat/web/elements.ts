import type { Person } from '../events.js';

/** Returns the element with this id. */
export function find<Kind extends Element = HTMLElement>(id: string): Kind {
  const element = document.querySelector<Kind>(`#${id}`);
  if (!element) throw new Error(`the page has no #${id}`);
  return element;
}

/** Creates an element. User input is inserted as text, never as markup. */
export function make(tag: string, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export function avatar({ name, hue }: Person) {
  const [initial = '?'] = name;
  const element = make('span', 'avatar', initial.toUpperCase());
  element.style.setProperty('--hue', String(hue));
  element.ariaHidden = 'true';
  return element;
}
