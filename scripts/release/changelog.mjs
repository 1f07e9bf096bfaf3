/**
 * The heading of the section of the next version. For the first version it already has the number.
 */
const OPEN = /^## (?:Unreleased|\d+\.\d+\.\d+ - unreleased)$/m;

/** Whether the changelog has a section for a version with a date. */
export const isDated = (text, version) =>
  new RegExp(`^## ${version.replaceAll('.', '\\.')} - \\d{4}-`, 'm').test(text);

/** Returns the changelog with the open section turned into that of a version. */
export function closeSection(text, version, date) {
  const heading = OPEN.exec(text);
  if (!heading) throw new Error('CHANGELOG.md has no section "## Unreleased": add the changes');
  const start = heading.index + heading[0].length;
  const next = text.indexOf('\n## ', start);
  const body = text.slice(start, next < 0 ? undefined : next);
  if (body.trim() === '') {
    throw new Error('The section "## Unreleased" of CHANGELOG.md is empty: add the changes');
  }
  const before = text.slice(0, heading.index);
  return `${before}## Unreleased\n\n## ${version} - ${date}${text.slice(start)}`;
}
