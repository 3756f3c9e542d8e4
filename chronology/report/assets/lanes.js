"use strict";
/* Bars of the timeline, worked out from what held over time: solid where a value is certain, soft where only possible. */
const Lanes = (() => {
  const MOST = 2000;

  /* Rows of bars of one group. A bar is {value, since, until, solidSince, solidUntil, unsure, contested}: it may hold
     from since to until, and surely does from solidSince to solidUntil but in the spans that are unsure. */
  function ofClaims(claims) {
    if (claims.length > MOST) return null;
    return packed(runs(Periods.ofValidTime(claims)));
  }

  function runs(periods) {
    const found = [], open = new Map();
    for (const { since, until, answer } of periods) {
      for (const [value, certain] of possible(answer)) {
        let bar = open.get(value);
        if (!bar || bar.until !== since) {
          bar = { value, since, until, solidSince: null, solidUntil: null, unsure: [], pending: [], contested: [] };
          open.set(value, bar);
          found.push(bar);
        }
        extend(bar, since, until, certain, answer.contested);
      }
    }
    return found;
  }

  /* The values that may hold, each with whether it surely does. */
  function possible(answer) {
    const values = new Map();
    for (const { claim, standing } of answer.parties) {
      const wins = standing === Resolve.LEADING || standing === Resolve.POSSIBLE;
      if (wins && claim && claim.value !== null) values.set(claim.value, answer.certain);
    }
    return values;
  }

  function extend(bar, since, until, certain, contested) {
    bar.until = until;
    if (contested) spread(bar.contested, since, until);
    if (!certain) {
      if (bar.solidUntil !== null) spread(bar.pending, since, until);
      return;
    }
    // What is unsure after the last sure span is the soft end.
    bar.unsure.push(...bar.pending.splice(0));
    bar.solidSince ??= since;
    bar.solidUntil = until;
  }

  function spread(spans, since, until) {
    const last = spans[spans.length - 1];
    if (last && last[1] === since) last[1] = until;
    else spans.push([since, until]);
  }

  /* Bars into as few rows as they need. Two may share a span only where one fades out while the next fades in. */
  function packed(bars) {
    const rows = [];
    for (const bar of bars) {
      const row = rows.find((others) => follows(others[others.length - 1], bar));
      if (row) row.push(bar);
      else rows.push([bar]);
    }
    return rows;
  }

  function follows(last, bar) {
    if (last.until <= bar.since) return true;
    const fades = last.solidUntil !== null && bar.solidSince !== null;
    return fades && last.solidUntil <= bar.since && last.until <= bar.solidSince;
  }

  /* Whether there is more to a group than one value that goes on. */
  function changes(claims) {
    return claims.length > 1 || claims.some((claim) =>
      claim.startMin !== claim.startMax || claim.endMin < Calendar.FOREVER || Resolve.opposes(claim));
  }

  /* Whether something begins, ends, is unsure or is contested within a period. */
  function isBusy(rows, from, to) {
    const within = (second) => second > from && second <= to;
    const meets = ([since, until]) => until > from && since <= to;
    return rows.some((bars) => bars.some((bar) =>
      [bar.since, bar.until, bar.solidSince ?? bar.since, bar.solidUntil ?? bar.until].some(within)
      || (bar.solidSince === null && meets([bar.since, bar.until])) || bar.unsure.some(meets) || bar.contested.some(meets)));
  }

  return { ofClaims, changes, isBusy };
})();
