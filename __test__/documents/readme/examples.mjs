const COMMENT = /^<!--\s*(example|try):\s*(.*?)\s*-->$/;
const TRY = /^([A-Z]+) (\S+)(?: with: (.+?))?(?: body: (.+?))? expects: (.+)$/;
const FENCE = /^(`{3,})\w*$/;

function parseTry(text) {
  const match = TRY.exec(text);
  if (!match) throw new Error(`invalid comment: <!-- try: ${text} -->`);
  const [, method, path, header, body, expects] = match;
  return { method, path, header, body, expects };
}

/**
 * Returns the code block after an `example` comment. Only blank lines and `try` comments are
 * allowed between them.
 */
function fencedBlock(lines, from, name) {
  let start = from;
  while (lines[start] === '' || COMMENT.exec(lines[start] ?? '')?.[1] === 'try') start += 1;
  const fence = FENCE.exec(lines[start] ?? '')?.[1];
  const end = fence ? lines.indexOf(fence, start + 1) : -1;
  if (end === -1) throw new Error(`no code block follows <!-- example: ${name} -->`);
  return `${lines.slice(start + 1, end).join('\n')}\n`;
}

/**
 * Returns the examples of a Markdown text, in order. `<!-- example: server.js -->` gives the next
 * code block its file name. Each `<!-- try: GET /events expects: data: 1 -->` up to the next
 * example describes a request and a part of its response.
 */
export function parseExamples(markdown) {
  const lines = markdown.split(/\r?\n/).map((line) => line.trimEnd());
  const examples = [];
  lines.forEach((line, index) => {
    const [, kind, text] = COMMENT.exec(line) ?? [];
    if (kind === 'example') {
      examples.push({ name: text, code: fencedBlock(lines, index + 1, text), tries: [] });
    } else if (kind === 'try') {
      if (examples.length === 0) throw new Error(`no example precedes <!-- try: ${text} -->`);
      examples.at(-1).tries.push(parseTry(text));
    }
  });
  return examples;
}
