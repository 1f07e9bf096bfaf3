import type { Message, Person } from '../events.js';
import { avatar, find, make } from './elements.js';

const MOST = 500;
const NEAR = 80;

const log = find('log');
const list = find('messages');
const newer = find('newer');
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** The id of the last message's author; undefined after a note or a break. */
let speaker: string | undefined;

/** Whether the log scrolls to new messages. It does not while the user reads earlier ones. */
let follows = true;

function scrollToEnd() {
  follows = true;
  log.scrollTop = log.scrollHeight;
  newer.hidden = true;
}

function append(item: HTMLElement, isOwn = false) {
  list.append(item);
  while (list.childElementCount > MOST) list.firstElementChild?.remove();
  if (follows || isOwn) scrollToEnd();
  else newer.hidden = false;
}

newer.addEventListener('click', scrollToEnd);
log.addEventListener('scroll', () => {
  follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
  if (follows) newer.hidden = true;
});
new ResizeObserver(() => follows && scrollToEnd()).observe(log);

function bubble({ at, from, text }: Message, person: Person, isOwn: boolean) {
  const item = make('li', isOwn ? 'message own' : 'message');
  item.style.setProperty('--hue', String(person.hue));
  const time = make('time', '', clock.format(at)) as HTMLTimeElement;
  time.dateTime = new Date(at).toISOString();
  const words = make('p', 'words', text);
  words.dir = 'auto';
  const who = make('p', 'who');
  who.append(make('bdi', '', isOwn ? 'You' : person.name), time);
  item.classList.toggle('goes-on', speaker === from?.id);
  item.append(avatar(person), who, words);
  return item;
}

export function showMessage(message: Message, you: Person) {
  const { number, from, text } = message;
  const item = from ? bubble(message, from, from.id === you.id) : make('li', 'note', text);
  item.dataset.number = String(number);
  speaker = from?.id;
  append(item, from?.id === you.id);
}

/** Replaces all messages in the list. */
export function showMessages(messages: Message[], you: Person) {
  list.replaceChildren();
  speaker = undefined;
  for (const message of messages) showMessage(message, you);
  scrollToEnd();
}

/** Adds a line between the messages, and returns a function that changes its text. */
export function showBreak(text: string) {
  const item = make('li', 'break', text);
  speaker = undefined;
  append(item);
  return (changed: string) => {
    item.textContent = changed;
  };
}
