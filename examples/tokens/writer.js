// Writes answers without a model. The same question always gets the same answer.
const { setTimeout: delay } = require('node:timers/promises');

/** The pause between two words, in milliseconds. It is longer after a sentence. */
const PAUSE = Number(process.env.TOKENS_PAUSE || 70);
const MOST = 2000;

const ANSWERS = [
  [
    /reload|phone|leave/i,
    `Reload this page now, while I am still writing. Your browser forgets everything that it has.
    The server does not even notice: it reads my words from their source, with or without a page
    that shows them. The page that opens asks for this answer by its id. It has no cursor, so it
    gets every word from the first one on, and then the rest as I write it. If only the connection
    is cut, as when a phone is locked, the browser comes back with the id of the last word that it
    got, and receives exactly the words after that one. Look at the figures: none is missing, and
    none came twice.`,
  ],
  [
    /kill|die|dead|restart|deploy|redis/i,
    `That depends on how it ends, and on Redis. If you start this example with REDIS_URL, my words
    are kept there. Tell the server to stop with Ctrl-C, and start it again at once: your page goes
    on reading from the new process, while the old one lets me finish. Kill it with kill -9, and I
    am gone in the middle of a sentence. What I had written stays, and any process can still show
    it. The rest is never written, because no model is asked twice behind your back. A process that
    has readers of this answer notices after some seconds, ends it, and your page says so. Without
    Redis, a server that is killed takes all of its answers with it.`,
  ],
  [
    /./,
    `You asked: “QUESTION”. I am not a model. I only write some words with pauses, as a model would,
    so that you can try what happens to them. Open this page in a second tab: it shows the same
    answer, from its first word on. Press stop in one of the tabs, and I stop in both, because the
    server ends my source. Close both tabs, wait a moment, and come back: I have gone on without
    you. Set OPENAI_API_KEY and OPENAI_MODEL to let a model write instead.`,
  ],
];

/**
 * Yields the words of an answer, with the spaces before them.
 * @param {string} question
 * @param {AbortSignal} signal
 */
async function* write(question, signal) {
  for (const word of wordsOf(question)) {
    yield word;
    await delay(/[.:]$/.test(word) ? 4 * PAUSE : PAUSE, undefined, { signal });
  }
}

/** @param {string} question */
function wordsOf(question) {
  const [, count] = /count to (\d{1,4})/i.exec(question) ?? [];
  if (count !== undefined) {
    const length = Math.min(Number(count), MOST);
    return Array.from({ length }, (_none, at) => (at === 0 ? '1' : ` ${at + 1}`));
  }
  const [, answer] = ANSWERS.find(([topic]) => topic.test(question)) ?? ANSWERS.at(-1);
  const text = answer.replaceAll(/\s+/g, ' ').replace('QUESTION', () => question);
  return text.split(/(?= )/);
}

module.exports = { write };
