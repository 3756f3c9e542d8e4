"use strict";
/* What is embedded in the page, decoded: groups of claims, the events that make them, and the steps of known time. */
class Chronicle {
  constructor(data) {
    this.about = data.about;
    this.basemap = data.basemap || null;
    this.texts = data.texts;
    this.events = data.events;
    this.sources = new Map(Object.entries(data.sources));
    this.withdrawals = new Map(Object.entries(data.withdrawals).map(([by, how]) => [Number(by), how]));
    this.names = new Map(Object.entries(data.names));
    this.titles = new Map(Object.entries(data.titles));
    this.steps = data.recorded.map(([position, at]) => ({ position, at }));
    this.groups = grouped(data);
    this.claims = this.groups.flatMap((group) => group.claims);
    this.subjects = [...new Set(this.groups.map((group) => group.subject))];
    this.byPosition = new Map(this.events.map((event) => [event.position, event]));
    this.changes = changesOf(this.groups);
    // Of each group what is live at the position asked about last; before the first one, nothing.
    this.known = 0;
    this.state = new Array(this.groups.length).fill(null);
    this.live = [];
    this.answered = null;
  }

  /* The live claims of each group as the log stood at a position; groups of which nothing was known are left out. Only
     groups that changed since the position asked about before are looked at. Every other one keeps its array of claims,
     by which the rest of the page knows that nothing has to be worked out or drawn again. */
  liveAt(known) {
    if (this.known !== known) {
      for (const place of this.changedBetween(this.known, known)) {
        const group = this.groups[place];
        const claims = group.claims.filter((claim) => isLive(claim, known));
        this.state[place] = claims.length ? { group, claims } : null;
      }
      this.known = known;
      this.live = this.state.filter(Boolean);
    }
    return this.live;
  }

  /* The places of groups of which a claim was recorded or withdrawn after one position and up to another. */
  changedBetween(one, other) {
    const first = Math.min(one, other), last = Math.max(one, other), found = new Set();
    for (let next = this.changesUpTo(first); next < this.changes.length && this.changes[next].position <= last; next += 1) {
      found.add(this.changes[next].place);
    }
    return found;
  }

  /* How many changes there were up to a position. */
  changesUpTo(position) {
    let low = 0, high = this.changes.length;
    while (low < high) {
      const half = Math.floor((low + high) / 2);
      if (this.changes[half].position <= position) low = half + 1;
      else high = half;
    }
    return low;
  }

  /* What held at an instant, by subject and attribute, as known at a position. */
  answers(at, known) {
    if (this.answered && this.answered.at === at && this.answered.known === known) return this.answered.found;
    const found = [];
    for (const { group, claims } of this.liveAt(known)) {
      const answer = Resolve.resolve(claims, at);
      if (answer) found.push({ group, claims, answer });
    }
    this.answered = { at, known, found };
    return found;
  }

  group(subject, attribute) {
    return this.groups.find((group) => group.subject === subject && group.attribute === attribute) || null;
  }

  eventOf(claim) {
    return this.events[claim.event];
  }

  /* The newest step of known time that a position includes; before the first one, that. */
  stepAt(known) {
    let low = 0, high = this.steps.length - 1;
    while (low < high) {
      const half = Math.ceil((low + high) / 2);
      if (this.steps[half].position <= known) low = half;
      else high = half - 1;
    }
    return low;
  }

  /* Everything about a group in which a search may find a word, in lower case. */
  wordsOf(group) {
    if (group.words === null) {
      const words = [group.subject, this.names.get(group.subject) || "", group.attribute.replaceAll("_", " ")];
      for (const claim of group.claims) {
        const event = this.eventOf(claim);
        words.push(claim.value || "", claim.origin, this.names.get(claim.origin) || "");
        words.push(event.from || "", event.quote || "", event.note || "", event.valid || "");
      }
      group.words = words.join("\n").toLocaleLowerCase();
    }
    return group.words;
  }
}

function isLive(claim, known) {
  return claim.knownFrom <= known && (claim.knownUntil === 0 || claim.knownUntil > known);
}

/* At which positions which groups changed, in the order of the log. */
function changesOf(groups) {
  const found = [];
  groups.forEach(({ claims }, place) => {
    for (const { knownFrom, knownUntil } of claims) {
      found.push({ position: knownFrom, place });
      if (knownUntil) found.push({ position: knownUntil, place });
    }
  });
  return found.sort((a, b) => a.position - b.position);
}

function grouped(data) {
  const roles = [Resolve.AFFIRMS, Resolve.DENIES, Resolve.DISPUTES];
  const found = [];
  let last = null;
  data.claims.forEach((row, key) => {
    const [subject, attribute, event, startMin, startMax, endMin, endMax, extentEnd, value, role, origin,
      knownFrom, knownUntil, reading, disputes] = row;
    if (!last || last.subject !== data.texts[subject] || last.attribute !== data.texts[attribute]) {
      const name = data.texts[subject];
      last = { subject: name, kind: name.split("/", 1)[0], attribute: data.texts[attribute], claims: [], words: null };
      found.push(last);
    }
    last.claims.push({
      key, event, startMin, startMax, endMin, endMax, extentEnd, knownFrom, knownUntil,
      position: data.events[event].position,
      rank: data.ranks.length ? data.ranks[event] : data.events[event].position,
      value: value < 0 ? null : data.texts[value],
      role: roles[role],
      origin: data.texts[origin],
      reading: data.texts[reading],
      disputes: disputes || [],
    });
  });
  return found;
}
