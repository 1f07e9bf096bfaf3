/** Returns the code blocks of a page, with their place, language and code. */
export function blocksOf(file, markdown) {
  const lines = markdown.split(/\r?\n/);
  const blocks = [];
  let isExample = false;
  for (let index = 0; index < lines.length; index += 1) {
    if (lines[index].startsWith('<!-- example:')) isExample = true;
    const [, fence, language] = /^(`{3,})(\w*)$/.exec(lines[index]) ?? [];
    if (!fence) continue;
    const end = lines.indexOf(fence, index + 1);
    if (end < 0) throw new Error(`${file}:${index + 1}: the code block does not end`);
    const code = lines.slice(index + 1, end).join('\n');
    blocks.push({ place: `${file}:${index + 1}`, language, code, isExample });
    isExample = false;
    index = end;
  }
  return blocks;
}

const withoutCode = (markdown) =>
  markdown.replace(/^(`{3,}).*?^\1$/gms, '').replace(/`[^`\n]*`/g, (code) => code.slice(1, -1));

/** Returns the targets of the links and images of a page. */
export function linksOf(markdown) {
  const text = markdown.replace(/^(`{3,}).*?^\1$/gms, '').replace(/`[^`]*`/g, '');
  return Array.from(text.matchAll(/\]\(([^()\s]+)\)/g), ([, target]) => target);
}

/** Returns the anchors that GitHub gives to the headings of a page. */
export function anchorsOf(markdown) {
  return Array.from(withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm), ([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
