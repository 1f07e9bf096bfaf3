/** Removes primers: frames with only an id. They set the cursor and dispatch no event. */
export const withoutPrimer = (text) => text.replace(/(?<=^|\n\n)id: [^\n]*\n\n/g, '');
