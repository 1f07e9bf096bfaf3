// Streams the answer of a real model from an OpenAI-compatible API.
const { env } = process;
const BASE = env.OPENAI_BASE_URL || 'https://api.openai.com/v1';

/**
 * Yields the tokens of an answer. `signal` aborts the request when the run is stopped.
 * @param {string} question
 * @param {AbortSignal} signal
 */
async function* ask(question, signal) {
  const response = await fetch(`${BASE}/chat/completions`, {
    method: 'POST',
    signal,
    headers: {
      Authorization: `Bearer ${env.OPENAI_API_KEY}`,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      model: env.OPENAI_MODEL,
      stream: true,
      messages: [{ role: 'user', content: question }],
    }),
  });
  if (!response.ok) throw new Error(`the model answers with ${response.status}`);
  for await (const data of dataOf(response.body)) {
    if (data === '[DONE]') return;
    const token = JSON.parse(data).choices?.[0]?.delta?.content;
    if (token) yield token;
  }
  throw new Error('the connection to the model was cut');
}

/** Yields the data of each event of a stream. Each event of such an API has one line. */
async function* dataOf(body) {
  let rest = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) if (line.startsWith('data:')) yield line.slice(5).trim();
  }
}

module.exports = { ask };
