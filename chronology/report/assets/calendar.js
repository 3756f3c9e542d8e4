"use strict";
/* Civil days on a line of whole seconds, as chronology/dates/calendar.py has them. Every number is a safe integer. */
const Calendar = (() => {
  const BEGINNING = -1e12;
  const FOREVER = 1e12;
  const DAY = 86400;
  const MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
  ];

  /* The first second of a civil day of any year. Years are counted from 1 March, so that the leap day comes last. */
  function dayOpening(year, month, day) {
    const shifted = year - (month <= 2 ? 1 : 0);
    const fromMarch = (month + 9) % 12;
    let days = 365 * shifted + Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
    days += Math.floor((153 * fromMarch + 2) / 5) + day - 1;
    return (days - 719468) * DAY;
  }

  /* Year, month and day in which a second lies: the inverse of dayOpening. */
  function civil(seconds) {
    const days = Math.floor(seconds / DAY) + 719468;
    const era = Math.floor(days / 146097);
    const ofDays = days - era * 146097;
    const ofEra = Math.floor(
      (ofDays - Math.floor(ofDays / 1460) + Math.floor(ofDays / 36524) - Math.floor(ofDays / 146096)) / 365);
    const ofYear = ofDays - (365 * ofEra + Math.floor(ofEra / 4) - Math.floor(ofEra / 100));
    const fromMarch = Math.floor((5 * ofYear + 2) / 153);
    const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
    const month = (fromMarch + 2) % 12 + 1;
    return [400 * era + ofEra + (month <= 2 ? 1 : 0), month, day];
  }

  const LINE_START = dayOpening(-9999, 1, 1);
  const LINE_END = dayOpening(10000, 1, 1);

  function isLeap(year) {
    return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  }

  function monthLength(year, month) {
    return month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  }

  /* The last second of a year, a month or a day that somebody typed; null where it is none of these. A question about
     a date asks about its close. */
  function closeOf(text) {
    const match = /^(-?\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text.trim());
    if (!match || match[1] === "-0000") return null;
    const year = Number(match[1]);
    if (match[2] === undefined) return dayOpening(year + 1, 1, 1) - 1;
    const month = Number(match[2]);
    if (month < 1 || month > 12) return null;
    if (match[3] === undefined) return dayOpening(year, month, monthLength(year, month)) + DAY - 1;
    const day = Number(match[3]);
    if (day < 1 || day > monthLength(year, month)) return null;
    return dayOpening(year, month, day) + DAY - 1;
  }

  function padded(number, width) {
    return String(Math.abs(number)).padStart(width, "0");
  }

  /* `2018-05-01`; empty off the line. */
  function isoDay(seconds) {
    if (seconds < LINE_START || seconds >= LINE_END) return "";
    const [year, month, day] = civil(seconds);
    return `${year < 0 ? "-" : ""}${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`;
  }

  /* `1 May 2018`. */
  function longDay(seconds) {
    if (seconds < LINE_START || seconds >= LINE_END) return "";
    const [year, month, day] = civil(seconds);
    return `${day} ${MONTHS[month - 1]} ${year}`;
  }

  /* `1 May 2018, 09:30 UTC`, of the log's own form of an instant. */
  function longInstant(text) {
    const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text);
    return match ? `${longDay(closeOf(match[1]))}, ${match[2]} UTC` : text;
  }

  return {
    BEGINNING, FOREVER, DAY, LINE_START, LINE_END, MONTHS,
    dayOpening, civil, monthLength, closeOf, isoDay, longDay, longInstant,
  };
})();
