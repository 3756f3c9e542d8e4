"use strict";
/* What held at an instant: the rules of chronology/answers/resolve.py again. Tests compare the two on the same claims.

   A claim is {key, position, rank, startMin, startMax, endMin, endMax, extentEnd, value, role, origin, disputes}: the first
   instant that it covers lies in [startMin, startMax], the first that it no longer covers in [endMin, endMax]. In one
   possible world each has a place; there, the claim that covers the instant with the latest start wins, and of equal
   starts what was recorded later: `rank`, or the position where there is none. `value` is null where nothing holds any more. */
const Resolve = (() => {
  const { BEGINNING, FOREVER, DAY } = Calendar;
  const AFFIRMS = "affirms", DENIES = "denies", DISPUTES = "disputes";
  const LEADING = "leading", POSSIBLE = "possible", RIVAL = "rival", DENIAL = "denial";

  const mayCover = (claim, at) => claim.startMin <= at && at < claim.endMax;
  const surelyCovers = (claim, at) => claim.startMax <= at && at < claim.endMin;
  const opposes = (claim) => claim.role !== AFFIRMS || claim.disputes.length > 0;
  const rankOf = (claim) => claim.rank === undefined ? claim.position : claim.rank;
  const byRank = (a, b) => rankOf(a) - rankOf(b);

  function midpoint(low, high, farthest) {
    // Normalised bounds leave a claim at least one day, so an unbounded one may lie a day inside the end of the line.
    const lowUnbounded = low <= BEGINNING + DAY, highUnbounded = high >= FOREVER - DAY;
    if (lowUnbounded && highUnbounded) return farthest;
    if (lowUnbounded) return high;
    return highUnbounded ? low : Math.floor((low + high) / 2);
  }

  /* Start and end of a claim in the middle world; an unknown end moves until the claim has its shortest length. */
  function middle(claim) {
    let start = midpoint(claim.startMin, claim.startMax, BEGINNING);
    let end = midpoint(claim.endMin, claim.endMax, FOREVER);
    if (end <= start) {
      if (claim.endMax >= FOREVER) end = start + (claim.endMin - claim.startMin);
      else start = end - (claim.endMax - claim.startMax);
    }
    return [start, end];
  }

  function coversInMiddle(claim, at) {
    const [start, end] = middle(claim);
    return start <= at && at < end;
  }

  /* Of two claims that start at two places, the one that takes precedence is the larger. */
  function compare(start, claim, otherStart, other) {
    return start !== otherStart ? start - otherStart : byRank(claim, other);
  }

  /* Affirmations conflict if values and origins differ and what the sources really claimed surely overlaps. A denial
     conflicts with affirmations of its value, a dispute with the event that it names. */
  function conflict(a, b) {
    if (a.disputes.includes(b.position) || b.disputes.includes(a.position)) return true;
    if (a.role === DENIES || b.role === DENIES) {
      return a.role !== b.role && a.role !== DISPUTES && b.role !== DISPUTES && a.value === b.value;
    }
    return a.role === AFFIRMS && b.role === AFFIRMS && a.value !== b.value && a.origin !== b.origin
      && Math.max(a.startMax, b.startMax) < Math.min(a.extentEnd, b.extentEnd);
  }

  function conflicting(claims, winners) {
    if (!claims.some(opposes)) {
      // Affirmations conflict only if each surely covers some instant by its source's own word.
      const definite = (claim) => claim.startMax < claim.extentEnd;
      claims = claims.filter(definite);
      winners = winners.filter(definite);
    }
    return claims.filter((claim) => winners.some((winner) => conflict(claim, winner)));
  }

  /* The claim with the greatest place, as `place` gives it; null of none. */
  function latest(claims, place) {
    let found = null, best = 0;
    for (const claim of claims) {
      const start = place(claim);
      if (!found || compare(start, claim, best, found) > 0) [found, best] = [claim, start];
    }
    return found;
  }

  /* Which claims win in some world, which oppose them, and what every winner must reach. */
  function weigh(claims, at) {
    if (claims.length === 1) return weighAlone(claims[0], at);
    const covering = claims.filter((claim) => mayCover(claim, at));
    const affirming = covering.filter((claim) => claim.role === AFFIRMS);
    const floor = latest(affirming.filter((claim) => surelyCovers(claim, at)), (claim) => claim.startMin);
    const winners = !floor ? affirming : affirming.filter((claim) =>
      compare(Math.min(claim.startMax, at), claim, floor.startMin, floor) >= 0);
    const leading = latest(winners.filter((claim) => coversInMiddle(claim, at)), (claim) => middle(claim)[0]);
    return { leading, winners, opponents: conflicting(covering, winners), floor };
  }

  /* The same of one claim, which nothing can oppose: most groups have no more, and there may be thousands of them. */
  function weighAlone(claim, at) {
    const wins = claim.role === AFFIRMS && mayCover(claim, at);
    return {
      leading: wins && coversInMiddle(claim, at) ? claim : null,
      winners: wins ? [claim] : [],
      opponents: [],
      floor: wins && surelyCovers(claim, at) ? claim : null,
    };
  }

  /* {certain, contested, parties: [{claim, standing}]}, the leading one first and `claim` null for "nothing known";
     null if nothing is known to hold and nobody contests that. */
  function resolve(claims, at) {
    return answer(weigh(claims, at));
  }

  function answer({ leading, winners, opponents, floor }) {
    const values = new Set(winners.map((claim) => claim.value));
    // If an event that ended the attribute may win, it already says that nothing held.
    const nothing = !leading || (!floor && !values.has(null));
    if (nothing) values.add(null);
    if (values.size === 1 && values.has(null) && !opponents.length) return null;
    const parties = [{ claim: leading, standing: LEADING }];
    for (const claim of [...winners].sort(byRank)) {
      if (claim !== leading) parties.push({ claim, standing: POSSIBLE });
    }
    if (nothing && leading) parties.push({ claim: null, standing: POSSIBLE });
    const won = new Set(winners);
    const against = opponents.filter((claim) => !won.has(claim)).sort(byRank);
    for (const claim of against) if (claim.role === AFFIRMS) parties.push({ claim, standing: RIVAL });
    for (const claim of against) if (claim.role !== AFFIRMS) parties.push({ claim, standing: DENIAL });
    return { parties, certain: values.size === 1, contested: opponents.length > 0 };
  }

  return { AFFIRMS, DENIES, DISPUTES, LEADING, POSSIBLE, RIVAL, DENIAL,
    mayCover, surelyCovers, opposes, middle, coversInMiddle, conflict, byRank, compare, latest, weigh, answer, resolve };
})();
