"use strict";
/* Why an answer is what it is, and who stands behind it: chronology/answers/explanation.py and corroboration.py again. */
const Explain = (() => {
  const { AFFIRMS } = Resolve;
  const PARTS = ["leading", "possible", "rival", "denial", "outdone", "beside", "elsewhere"];
  const LATEST_START = "latest start", RECORDED_LATER = "recorded later", ALONE = "alone";

  const rule = (loser, winner) => (loser < winner ? LATEST_START : RECORDED_LATER);

  /* {answer, judgements: [{claim, part, rule, against}], without}: what each claim was to the answer, and what would
     hold if the leading one were not there. */
  function explain(claims, at) {
    const weighed = Resolve.weigh(claims, at);
    const { leading, winners, opponents, floor } = weighed;
    const won = new Set(winners), against = new Set(opponents);
    const judgements = claims.map((claim) => {
      if (claim === leading) return leads(claim, claims, at);
      if (won.has(claim)) return { claim, part: "possible", rule: null, against: null };
      return lost(claim, floor, at, against.has(claim));
    });
    judgements.sort((a, b) =>
      PARTS.indexOf(a.part) - PARTS.indexOf(b.part) || Resolve.byRank(a.claim, b.claim));
    const without = leading ? Resolve.resolve(claims.filter((claim) => claim !== leading), at) : null;
    return { answer: Resolve.answer(weighed), judgements, without };
  }

  function lost(claim, floor, at, isOpponent) {
    if (!Resolve.mayCover(claim, at)) return { claim, part: "elsewhere", rule: null, against: null };
    if (claim.role !== AFFIRMS || !floor) {
      return { claim, part: isOpponent ? "denial" : "beside", rule: null, against: null };
    }
    const why = rule(Math.min(claim.startMax, at), floor.startMin);
    return { claim, part: isOpponent ? "rival" : "outdone", rule: why, against: floor };
  }

  function leads(claim, claims, at) {
    const start = (other) => Resolve.middle(other)[0];
    const others = claims.filter((other) =>
      other !== claim && other.role === AFFIRMS && Resolve.coversInMiddle(other, at));
    const second = Resolve.latest(others, start);
    if (!second) return { claim, part: "leading", rule: ALONE, against: null };
    return { claim, part: "leading", rule: rule(start(second), start(claim)), against: second };
  }

  /* How many independent origins support each affirmed value: a Map from value to number. An origin supports a value if
     one of its claims would be a party to the answer were the other claims of that value not there. */
  function support(claims, at) {
    const covering = claims.filter((claim) => claim.role === AFFIRMS && Resolve.mayCover(claim, at));
    const setter = floorOf(covering, at);
    const below = floorOf(covering.filter((claim) => !setter || claim.value !== setter.value), at);
    const reaches = (claim, floor) => !floor || Resolve.compare(
      Math.min(claim.startMax, at), claim, floor.startMin, floor) >= 0;
    const winners = covering.filter((claim) => reaches(claim, setter));
    const others = covering.filter((claim) => (!setter || claim.value !== setter.value) && reaches(claim, below));
    const origins = new Map();
    for (const claim of covering) {
      const own = setter ? claim.value === setter.value : false;
      const [floor, rivals] = own ? [below, others] : [setter, winners];
      const contests = () => rivals.some((other) => other.value !== claim.value && Resolve.conflict(claim, other));
      if (reaches(claim, floor) || contests()) {
        if (!origins.has(claim.value)) origins.set(claim.value, new Set());
        origins.get(claim.value).add(claim.origin);
      }
    }
    return new Map([...origins].map(([value, by]) => [value, by.size]));
  }

  function floorOf(claims, at) {
    return Resolve.latest(claims.filter((claim) => Resolve.surelyCovers(claim, at)), (claim) => claim.startMin);
  }

  return { PARTS, ALONE, LATEST_START, RECORDED_LATER, explain, support };
})();
