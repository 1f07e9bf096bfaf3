import { find, make } from './elements.js';
import { post, Refused } from './post.js';

const TYPING = 1500;

const form = find<HTMLFormElement>('composer');
const field = find<HTMLInputElement>('text');
const pending = find('pending');
const problem = find('problem');
const you = find<HTMLFormElement>('you');
const name = find<HTMLInputElement>('name');

let typedAt = 0;

/** Does what the server may refuse, and says so if it does. */
export async function attempt(action: () => Promise<unknown>) {
  try {
    await action();
    problem.hidden = true;
    return true;
  } catch (error) {
    problem.textContent =
      error instanceof Refused ? error.message : 'The server cannot be reached. Try again.';
    problem.hidden = false;
    return false;
  }
}

/** Messages that were sent but have not come back yet. The stream also has one's own messages. */
export function removePending(isHere: (number: number) => boolean) {
  for (const item of pending.querySelectorAll('li')) {
    if (isHere(Number(item.dataset.number))) item.remove();
  }
}

/** `isHere` tells whether a message has come already. */
export function startComposer(isHere: (number: number) => boolean) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    typedAt = 0;
    const isSent = await attempt(async () => {
      const { number } = await post('messages', { text });
      if (isHere(number)) return;
      const item = make('li', '', text);
      item.dataset.number = String(number);
      pending.append(item);
    });
    if (!isSent && field.value === '') field.value = text;
  });
  field.addEventListener('input', () => {
    if (field.value === '' || Date.now() - typedAt < TYPING) return;
    typedAt = Date.now();
    // Nobody needs to know that it failed.
    post('typing', {}).catch(() => {});
  });
}

/** Unless a new one is being written. */
export function showName(current: string) {
  name.disabled = false;
  if (document.activeElement !== name) name.value = current;
}

export function startNaming() {
  you.addEventListener('submit', async (event) => {
    event.preventDefault();
    await attempt(async () => {
      const person = await post('name', { name: name.value });
      name.blur();
      showName(person.name);
    });
  });
}
