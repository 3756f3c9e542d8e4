"use strict";
/* For print: the timeline as text, in order of valid time, with a note to every entry. */
class Notes {
  constructor(view, links, parent) {
    this.view = view;
    this.links = links;
    this.parent = parent;
  }

  /* The live events in scope, in order of valid time, each with the claims that it makes. */
  entries() {
    const { view } = this, found = new Map();
    for (const { group, claims } of view.chronicle.liveAt(view.known)) {
      if (!view.admits(group)) continue;
      for (const claim of claims) {
        if (!found.has(claim.event)) found.set(claim.event, { claim, said: [] });
        found.get(claim.event).said.push({ group, claim });
      }
    }
    return [...found.values()].sort((a, b) =>
      a.claim.startMin - b.claim.startMin || a.claim.startMax - b.claim.startMax || a.claim.position - b.claim.position);
  }

  render() {
    const make = Texts.element, { view } = this, entries = this.entries();
    Texts.replace(this.parent,
      make("h2", {}, "Timeline"),
      make("p", {}, `As known on ${view.knownText}, in order of the dates given. Dates are written as they were recorded: `
        + "2018-01/2018-04~ means from some day in January to about some day in April 2018."),
      make("ol", { class: "entries" }, entries.map((entry, place) => this.entry(entry, place + 1))),
      make("h2", {}, "Notes"),
      make("ol", { class: "footnotes" }, this.footnotes(entries)));
  }

  entry({ claim, said }, number) {
    const make = Texts.element, event = this.view.chronicle.eventOf(claim);
    const answer = (one) => this.mark(one);
    const subjects = [...new Set(said.map(({ group }) => group.subject))];
    return make("li", {},
      make("span", { class: "when" }, breakable(event.valid || "")),
      make("span", {}, subjects.flatMap((subject, place) => [place ? "; " : "", make("strong", {}, this.links.subject(subject)), ": ",
        said.filter(({ group }) => group.subject === subject).flatMap((one, at) => [
          at ? ", " : "", `${Links.attribute(one.group.attribute)} `, this.said(one.claim), answer(one)])]),
      ".", make("sup", {}, String(number))));
  }

  said(claim) {
    if (claim.role === Resolve.DISPUTES) return "disputed";
    return [claim.role === Resolve.DENIES ? "not " : "", ...this.links.value(claim.value)];
  }

  /* Says of an entry that somebody contests it, at its own date. */
  mark({ group, claim }) {
    const live = this.view.chronicle.liveAt(this.view.known).find((one) => one.group === group);
    const contested = live && live.claims.length > 1 && live.claims.length < 300
      && live.claims.some((other) => other !== claim && Resolve.conflict(claim, other));
    return contested ? " (contested)" : "";
  }

  /* A note for each entry; a document is cited in full the first time. */
  footnotes(entries) {
    const cited = new Set();
    return entries.map(({ claim }) => {
      const event = this.view.chronicle.eventOf(claim), first = !cited.has(event.from);
      cited.add(event.from);
      return this.note(event, first);
    });
  }

  note(event, first) {
    const { links } = this, { published } = this.view.chronicle.sources.get(event.from) || {};
    const day = event.stated && Calendar.longDay(Calendar.closeOf(event.stated));
    const chain = links.chain(event);
    return Texts.element("li", {},
      chain.length ? [chain, ", in "] : null,
      first ? links.citation(event.from || "") : links.document(event.from || ""),
      event.locator ? [", ", Texts.foreign(event.locator)] : null,
      day && event.stated !== published ? `, stated ${day}` : null,
      event.grade ? `, grade ${Texts.visible(event.grade)}` : null, ". ",
      event.quote ? ["“", Texts.foreign(event.quote, 4000), "” "] : null,
      event.note ? [Texts.foreign(event.note, 4000), " "] : null,
      `Entry ${event.position}.`);
  }
}

/* A date that may be broken behind a slash, a comma or dots. */
function breakable(valid) {
  return Texts.clipped(valid, 200).split(/(?<=\/|,|\.\.)/).flatMap((part) => [part, Texts.element("wbr")]);
}
