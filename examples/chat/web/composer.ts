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

/** Runs an action, shows its error if it fails, and returns whether it succeeded. */
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

/** Removes pending messages that the stream has delivered. It also delivers one's own messages. */
export function removePending(isHere: (number: number) => boolean) {
  for (const item of pending.querySelectorAll('li')) {
    if (isHere(Number(item.dataset.number))) item.remove();
  }
}

/** `isHere` returns whether the message with a number has already arrived. */
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
    // A typing notification may fail silently.
    post('typing', {}).catch(() => {});
  });
}

/** Shows the name, unless the user is editing it. */
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
