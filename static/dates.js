/**
 * Days and times by the house's own rules: Gregorian, Latin digits, 24 hours, the programme's time zone, and weekdays
 * in the page's language (Finnish ones where the house has none of it). The twin of server/dates.py. Browser defaults
 * would give Arabic a 12-hour clock and Persian another calendar.
 */

/**
 * @typedef {object} Wall what a clock on the wall and a calendar beside it show
 * @property {number} year
 * @property {number} month
 * @property {number} day
 * @property {number} hour
 * @property {number} minute
 * @property {number} second
 * @property {number} weekday 0 is Monday
 */

/** @type {Record<string, string[]>} */
const WEEKDAYS = {
  fi: ["ma", "ti", "ke", "to", "pe", "la", "su"],
  en: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  ar: ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
};

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Date | string | number} instant
 * @param {string} zone such as Europe/Helsinki
 * @returns {Wall}
 */
export function wall(instant, zone) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(new Date(instant)).map((part) => [part.type, Number(part.value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const weekday = (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
  return { year, month, day, hour, minute, second, weekday };
}

/**
 * "klo 9.00" in Finnish, "9:00" in every other language.
 *
 * @param {Date | string | number} instant
 * @param {string} zone
 * @param {string} language
 */
export function clock(instant, zone, language) {
  return (isFinnish(language) ? "klo " : "") + bare(wall(instant, zone), language);
}

/**
 * "klo 10.00–11.30" in Finnish, "10:00–11:30" in every other language; time runs from left to right in Arabic too.
 *
 * @param {Date | string | number} from
 * @param {Date | string | number} to
 * @param {string} zone
 * @param {string} language
 */
export function span(from, to, zone, language) {
  const whole = `${clock(from, zone, language)}–${bare(wall(to, zone), language)}`;
  return language === "ar" ? `\u2066${whole}\u2069` : whole;
}

/**
 * "ti 10.3." in Finnish, "Tue 10.3." in English.
 *
 * @param {Date | string | number} instant
 * @param {string} zone
 * @param {string} language
 */
export function day(instant, zone, language) {
  const { weekday, day: number, month } = wall(instant, zone);
  const names = WEEKDAYS[language] ?? WEEKDAYS.fi ?? [];
  return `${names[weekday]} ${number}.${month}.`;
}

/**
 * A length of time as it stands beside a seat: 0.18, 12.40, 1.02.07 in Finnish; 0:18, 12:40, 1:02:07 elsewhere.
 *
 * @param {number} seconds
 * @param {string} language
 */
export function length(seconds, language) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const parts = hours ? [hours, two(minutes), two(whole % 60)] : [minutes, two(whole % 60)];
  return parts.join(isFinnish(language) ? "." : ":");
}

/**
 * @param {Wall} at
 * @param {string} language
 */
function bare(at, language) {
  return `${at.hour}${isFinnish(language) ? "." : ":"}${two(at.minute)}`;
}

/**
 * Finnish, or a language of which the house has no words for days.
 * @param {string} language
 */
function isFinnish(language) {
  return language === "fi" || !(language in WEEKDAYS);
}

/** @param {number} number */
function two(number) {
  return String(number).padStart(2, "0");
}
