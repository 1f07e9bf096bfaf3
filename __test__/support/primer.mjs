/** Removes frames that are an id alone. They set a client's cursor and dispatch no event. */
export const withoutPrimer = (text) => text.replace(/(?<=^|\n\n)id: [^\n]*\n\n/g, '');
