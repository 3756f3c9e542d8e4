"use strict";
/* What the reader looks at: two dates, filters, the period shown, and the answer explained. The fragment of the address
   carries it, so that a state can be quoted. */
class View {
  constructor(chronicle) {
    this.chronicle = chronicle;
    this.listeners = [];
    this.domain = domainOf(chronicle);
    this.onlySources = chronicle.subjects.every((subject) => subject.startsWith("source/"));
    // What a fragment may say of each filter: whatever else a link says is passed over.
    this.choices = {
      kind: ["*", ...new Set(chronicle.groups.map(({ kind }) => kind))],
      show: ["contested", "possible"],
      lanes: ["all"],
    };
    this.defaults = {
      at: chronicle.about.at ?? this.domain.latest,
      known: chronicle.about.known,
      q: "", kind: "", show: "", lanes: "", why: "", page: 0,
      from: this.domain.from, to: this.domain.to,
    };
    Object.assign(this, this.defaults, this.read());
  }

  /* Take in changes, tell everybody, and write the fragment. */
  set(changes) {
    if (!("page" in changes) && ["q", "kind", "show"].some((name) => name in changes)) this.page = 0;
    Object.assign(this, changes);
    // Browsers refuse to write the address at every step of a slider.
    clearTimeout(this.writing);
    this.writing = setTimeout(() => this.write(), 250);
    for (const listener of this.listeners) listener(changes);
  }

  read() {
    const given = new URLSearchParams(location.hash.slice(1));
    const found = {};
    for (const name of ["at", "from", "to"]) {
      const second = Calendar.closeOf(given.get(name) || "");
      if (second !== null) found[name] = name === "from" ? dayOf(second) * Calendar.DAY : second;
    }
    const known = Number(given.get("known"));
    if (given.has("known") && Number.isSafeInteger(known) && known >= 0) found.known = Math.min(known, this.defaults.known);
    for (const name of ["q", "why"]) if (given.has(name)) found[name] = given.get(name);
    for (const [name, choices] of Object.entries(this.choices)) {
      if (choices.includes(given.get(name))) found[name] = given.get(name);
    }
    if (/^\d{1,6}$/.test(given.get("page") || "")) found.page = Number(given.get("page"));
    if ((found.from ?? this.defaults.from) >= (found.to ?? this.defaults.to)) { delete found.from; delete found.to; }
    return found;
  }

  /* The fragment that leads back to this view; what is as at first is left out, but for the two dates. */
  fragment() {
    const given = new URLSearchParams({ at: Calendar.isoDay(this.at) });
    // Who looks at the newest entry of a live page wants to see the next one too.
    if (!this.chronicle.about.live || this.known !== this.defaults.known) given.set("known", this.known);
    for (const name of ["from", "to"]) {
      if (this[name] !== this.defaults[name]) given.set(name, Calendar.isoDay(this[name]));
    }
    for (const name of ["q", "kind", "show", "lanes", "why"]) if (this[name]) given.set(name, this[name]);
    if (this.page) given.set("page", this.page);
    return `#${given.toString().replaceAll("%2F", "/").replaceAll("%3A", ":")}`;
  }

  write() {
    history.replaceState(null, "", this.fragment());
  }

  /* Somebody followed a link or went back. */
  reread() {
    Object.assign(this, this.defaults, this.read());
    for (const listener of this.listeners) listener(this.defaults);
  }

  /* Whether the filters admit a group of claims. Documents are left out unless they are asked for. */
  admits(group) {
    const { kind } = group;
    if (this.kind === "" ? kind === "source" && !this.onlySources : this.kind !== "*" && this.kind !== kind) return false;
    if (!this.q) return true;
    const words = this.q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    return words.every((word) => this.chronicle.wordsOf(group).includes(word));
  }

  /* The day asked about, as people write it. */
  get day() {
    return Calendar.longDay(this.at);
  }

  get knownText() {
    const step = this.chronicle.steps[this.chronicle.stepAt(this.known)];
    return Calendar.longInstant(step.at);
  }
}

const dayOf = (second) => Math.floor(second / Calendar.DAY);

/* The days that the page spans: all that a date in it names, and of these the period in which most of it lies. */
function domainOf(chronicle) {
  const { BEGINNING, FOREVER, DAY } = Calendar;
  const bounds = [], starts = [];
  const told = chronicle.groups.filter(({ kind }) => kind !== "source");
  for (const claim of (told.length ? told : chronicle.groups).flatMap(({ claims }) => claims)) {
    for (const bound of [claim.startMin, claim.startMax, claim.endMin - 1, claim.endMax - 1]) {
      if (bound > BEGINNING + DAY && bound < FOREVER - DAY - 1) bounds.push(bound);
    }
    if (claim.startMax > BEGINNING + DAY && claim.startMax < FOREVER - DAY) starts.push(claim.startMax);
  }
  bounds.sort((a, b) => a - b);
  starts.sort((a, b) => a - b);
  const first = bounds.length ? bounds[0] : 0, last = bounds.length ? bounds[bounds.length - 1] : 0;
  const early = starts.length ? starts[Math.floor(starts.length / 15)] : first;
  const latest = starts.length ? starts[starts.length - 1] : last;
  const pad = (a, b) => Math.max(3, Math.ceil((b - a) / DAY / 25)) * DAY;
  const open = (second) => Math.max(dayOf(second) * DAY, Calendar.LINE_START);
  const close = (second) => Math.min(dayOf(second) * DAY + DAY, Calendar.LINE_END) - 1;
  return {
    first: open(first - pad(first, last)), last: close(last + pad(first, last)),
    from: open(early - pad(early, last)), to: close(last + pad(early, last)),
    latest: close(latest),
  };
}
