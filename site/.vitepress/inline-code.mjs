/** Lets long names in tables break after `_`, and keeps options such as `--wait` in one piece. */
export function inlineCode(md) {
  const plain = md.renderer.rules.code_inline;
  md.renderer.rules.code_inline = (...args) =>
    plain(...args).replace(/>([^<]*)</g, (_, text) => {
      const whole = text.replaceAll(/--[a-z-]+/g, '<span class="option">$&</span>');
      return `>${whole.replaceAll('_', '_<wbr>')}<`;
    });
}
