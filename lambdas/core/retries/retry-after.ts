// `Retry-After` of an answer (RFC 9110, section 10.2.3): seconds, or a date in one of the three forms of HTTP (5.6.7).
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const LONG_DAY = '(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)';
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';
/** All three are in GMT, also the last, which does not say so. */
const DATE_FORMS = [
  `${DAY}, (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT`,
  `${LONG_DAY}, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT`,
  `${DAY} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** More is of no use to anybody: 31 years. */
const MAX_SECONDS = 1_000_000_000;

/** @returns milliseconds from now on; undefined if it is neither */
export function retryAfterMs(text: string, nowMs: number): number | undefined {
  // Fractions are not of the standard, but of some receivers.
  if (/^\d+(\.\d+)?$/.test(text)) return Math.min(Math.ceil(Number(text)), MAX_SECONDS) * 1000;
  const atMs = dateMs(text, nowMs);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

function dateMs(text: string, nowMs: number): number | undefined {
  const parts = DATE_FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups);
  if (!parts) return undefined;
  const { day, month, year, hour, minute, second } = parts;
  const monthIndex = MONTHS.indexOf(month ?? '');
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second)];
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(year ?? '', nowMs), monthIndex, Number(day));
  // The 31st of a shorter month has become a day of the next one.
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(hours, minutes, seconds);
}

/** Two digits are of the year that is nearest, and at most 50 years ahead. */
function fullYear(year: string, nowMs: number): number {
  if (year.length === 4) return Number(year);
  const present = new Date(nowMs).getUTCFullYear();
  const inThisCentury = Math.floor(present / 100) * 100 + Number(year);
  return inThisCentury > present + 50 ? inThisCentury - 100 : inThisCentury;
}
