// Formats numbers for the tables.
export const grouped = (value) => Math.round(value).toLocaleString('en-US');
export const significant = (value) =>
  value >= 100 ? grouped(value) : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });

/** Returns undefined if the list is empty. */
export function median(numbers = []) {
  if (numbers.length === 0) return undefined;
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
