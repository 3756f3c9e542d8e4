"use strict";
/* What held of one attribute over all of valid time, and what was known of one date over all of known time. */
const Periods = (() => {
  const { BEGINNING, FOREVER } = Calendar;

  /* Answers that look the same to a reader: the same parties in the same standings. */
  function same(a, b) {
    if (!a || !b) return a === b;
    return a.certain === b.certain && a.contested === b.contested && a.parties.length === b.parties.length
      && a.parties.every((party, place) =>
        party.claim === b.parties[place].claim && party.standing === b.parties[place].standing);
  }

  /* [{since, until, answer}] over valid time, half-open; spans in which nothing is known are left out. Every answer
     stays the same between two neighbouring bounds of the claims, so it is asked for once in each such span. */
  function ofValidTime(claims) {
    const bounds = new Set([BEGINNING]);
    for (const claim of claims) {
      const ends = [claim.startMin, claim.startMax, claim.startMax + 1, claim.endMin, claim.endMax, ...Resolve.middle(claim)];
      for (const bound of ends) if (bound > BEGINNING && bound < FOREVER) bounds.add(bound);
    }
    const places = [...bounds].sort((a, b) => a - b), coming = [...claims].sort((a, b) => a.startMin - b.startMin);
    const disputed = new Set(claims.flatMap((claim) => claim.disputes)), found = [];
    let open = [], next = 0;
    places.forEach((since, place) => {
      const until = place + 1 < places.length ? places[place + 1] : FOREVER;
      while (next < coming.length && coming[next].startMin <= since) open.push(coming[next++]);
      open = stillOpen(open, since, disputed);
      const answer = Resolve.resolve(open, since);
      const last = found[found.length - 1];
      if (last && last.until === since && same(last.answer, answer)) last.until = until;
      else if (answer) found.push({ since, until, answer });
    });
    return found;
  }

  /* Of claims that have begun, those that may have a part in an answer at an instant or later. What a later claim that
     surely covers everything from here on outdoes has none any more, if it opposes nothing. */
  function stillOpen(claims, since, disputed) {
    const lasting = claims.filter((claim) =>
      claim.role === Resolve.AFFIRMS && claim.startMax <= since && claim.endMin >= FOREVER);
    const floor = Resolve.latest(lasting, (claim) => claim.startMin);
    const over = (claim) => floor && !Resolve.opposes(claim) && !disputed.has(claim.position)
      && claim.extentEnd <= floor.startMin && Resolve.compare(claim.startMax, claim, floor.startMin, floor) < 0;
    return claims.filter((claim) => claim.endMax > since && !over(claim));
  }

  /* [{position, answer}] over known time: from which position on the log gave which answer about an instant. */
  function ofKnownTime(group, at) {
    const changes = new Set();
    for (const claim of group.claims) {
      changes.add(claim.knownFrom);
      if (claim.knownUntil) changes.add(claim.knownUntil);
    }
    const found = [];
    for (const position of [...changes].sort((a, b) => a - b)) {
      const answer = Resolve.resolve(group.claims.filter((claim) => isLive(claim, position)), at);
      if (!found.length || !same(found[found.length - 1].answer, answer)) found.push({ position, answer });
    }
    return found;
  }

  return { ofValidTime, ofKnownTime };
})();
