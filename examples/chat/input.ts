const MAX_NAME = 24;
const MAX_TEXT = 500;

export class BadInput extends Error {
  readonly status = 400;
}

function bounded(value: unknown, field: string, most: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  // Counts characters like the `maxlength` of a page.
  if (text === '' || text.length > most) {
    throw new BadInput(`${field} must have 1 to ${most} characters.`);
  }
  return text;
}

/** Replaces invisible characters, which would let two people have the same visible name. */
export const nameFrom = (value: unknown) =>
  bounded(
    typeof value === 'string' ? value.normalize('NFKC').replace(/[\p{C}\p{Z}]+/gu, ' ') : value,
    'name',
    MAX_NAME,
  );

export const textFrom = (value: unknown) =>
  bounded(typeof value === 'string' ? value.toWellFormed() : value, 'text', MAX_TEXT);
