import type { Person, Presence } from '../events.js';
import { avatar, find, make } from './elements.js';

const TYPING = 3000;

const list = find('people');
const count = find('people-count');
const typing = find('typing');

let people: Presence['people'] = [];
const typists = new Map<string, ReturnType<typeof setTimeout>>();

function entry(person: Presence['people'][number], you: Person) {
  const item = make('li', 'person');
  item.dataset.person = person.id;
  item.append(avatar(person), make('bdi', 'name', person.name));
  if (person.id === you.id) item.append(make('span', 'mark', 'you'));
  if (person.connections > 1)
    item.append(make('span', 'mark', `${person.connections} connections`));
  return item;
}

export function showPresence(presence: Presence, you: Person) {
  people = presence.people.toSorted((a, b) => a.name.localeCompare(b.name));
  list.replaceChildren(...people.map((person) => entry(person, you)));
  count.textContent = String(people.length);
  showTyping();
}

function showTyping() {
  const names = people.filter(({ id }) => typists.has(id)).map(({ name }) => name);
  const [first, ...others] = names;
  if (first === undefined) typing.textContent = '';
  else if (others.length === 0) typing.textContent = `${first} is typing`;
  else typing.textContent = `${first} and ${others.length} more are typing`;
}

export function stopTyping(person: string) {
  clearTimeout(typists.get(person));
  typists.delete(person);
  showTyping();
}

export function startTyping(person: string) {
  clearTimeout(typists.get(person));
  typists.set(
    person,
    setTimeout(() => stopTyping(person), TYPING),
  );
  showTyping();
}
