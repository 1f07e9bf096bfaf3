const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });
const time = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

export const formatCount = (number) => whole.format(number);
export const formatCompact = (number) => compact.format(number);
export const formatPercent = (fraction) => percentage.format(fraction);
export const formatTime = (date) => time.format(date);
export const formatMegabytes = (bytes) => `${whole.format(bytes / 1e6)} MB`;

// The transports differ by three orders of magnitude, so keep two significant digits.
export function formatMilliseconds(number) {
  if (number >= 10) {
    return `${whole.format(number)} ms`;
  }
  const digits = number >= 1 ? 1 : number >= 0.1 ? 2 : 3;
  return `${number.toFixed(digits)} ms`;
}
