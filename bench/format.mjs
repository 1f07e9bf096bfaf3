// Numbers as the tables show them.
export const grouped = (value) => Math.round(value).toLocaleString('en-US');
export const significant = (value) =>
  value >= 100 ? grouped(value) : value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
