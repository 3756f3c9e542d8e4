"use strict";
/* Which places are known, and who or what was there at the date: on a map, and in a list that says the same. */
class Places {
  constructor(view, links, section, parent) {
    this.view = view;
    this.links = links;
    const attributes = new Set(view.chronicle.groups.map((group) => group.attribute));
    this.any = attributes.has("latitude") && attributes.has("longitude");
    section.hidden = !this.any;
    const make = Texts.element, { basemap } = view.chronicle;
    this.atlas = new Atlas(links, basemap);
    this.nothing = make("p", { class: "nothing" });
    this.list = make("ul", { class: "there" });
    this.more = make("p", { class: "more" });
    this.items = new Map();
    Texts.replace(parent, this.nothing, this.atlas.drawing, this.list, this.more,
      basemap && basemap.credit ? make("p", { class: "legend" }, "Lines: ", Texts.foreign(basemap.credit)) : null);
  }

  /* Draw in small steps; a place that looks as before is left unchanged. */
  * drawing() {
    if (!this.any) return;
    const known = [...this.known().values()];
    yield;
    const shown = this.peopled(known);
    yield* this.atlas.drawn(known, shown);
    const items = new Map();
    for (const place of shown.slice(0, Places.MOST)) {
      items.set(place.subject, this.kept(place));
      yield;
    }
    this.items = items;
    Texts.arrange(this.list, [...items.values()].map(({ item }) => item));
    this.tellRest(known.length, shown.length);
  }

  tellRest(known, shown) {
    const rest = shown - Places.MOST;
    this.nothing.hidden = shown > 0;
    this.nothing.textContent = known ? "No place within these filters has a known location."
      : "No place has a known location yet.";
    this.atlas.drawing.toggleAttribute("hidden", !shown);
    this.more.hidden = rest <= 0;
    this.more.textContent = `and ${Texts.plural(rest, "more place")}: search, or choose a kind, to see them`;
  }

  /* Where each placed subject lies. A place does not move: where nothing is said of it at the date, what was said of
     another date counts. */
  known() {
    const { view } = this, places = new Map();
    for (const { group, claims } of view.chronicle.liveAt(view.known)) {
      if (!Places.WHERE.has(group.attribute)) continue;
      const answer = Resolve.resolve(claims, view.at);
      const said = [...claims.filter(({ role }) => role === Resolve.AFFIRMS), answer && answer.parties[0].claim];
      const text = said.map(degrees).filter((one) => one !== null).pop();
      if (text === undefined) continue;
      if (!places.has(group.subject)) places.set(group.subject, { subject: group.subject, group, here: [], contested: false });
      const place = places.get(group.subject);
      place[group.attribute] = text;
      place.contested = place.contested || Boolean(answer && answer.contested);
    }
    return new Map([...places].filter(([, place]) => "latitude" in place && "longitude" in place));
  }

  /* Say of places who or what was there; those that the filters leave out, with all that was there, are dropped. */
  peopled(places) {
    const { view } = this, bySubject = new Map(places.map((place) => [place.subject, place]));
    for (const found of view.chronicle.answers(view.at, view.known)) {
      if (!view.admits(found.group)) continue;
      for (const party of found.answer.parties) {
        const place = party.claim && party.claim.value && bySubject.get(unquoted(party.claim.value));
        if (place && party.claim.role === Resolve.AFFIRMS) place.here.push({ ...found, party });
        else if (party === found.answer.parties[0] && !Places.WHERE.has(found.group.attribute)) {
          bySubject.get(found.group.subject)?.here.push({ ...found, party, own: true });
        }
      }
    }
    return places.filter((place) => place.here.length || view.admits(place.group));
  }

  /* The item of a place, made anew only if it differs from before. */
  kept(place) {
    const told = [place.latitude, place.longitude, ...place.here.map(({ group, answer, party }) =>
      `${group.subject}:${group.attribute} ${party.claim ? party.claim.value : ""} ${standingText(answer, party)}`)].join("\n");
    const kept = this.items.get(place.subject);
    return kept && kept.told === told ? kept : { told, item: this.item(place) };
  }

  item(place) {
    const make = Texts.element;
    return make("li", {}, make("strong", {}, this.links.subject(place.subject)), " ",
      make("span", { class: "kind" }, Texts.clipped(`${place.latitude}, ${place.longitude}`, 40)),
      place.here.length ? make("ul", {}, place.here.map((one) => this.there(one))) : null);
  }

  there({ group, answer, party, own }) {
    const make = Texts.element;
    const text = own ? [Links.attribute(group.attribute), ": ", party.claim ? this.links.value(party.claim.value) : "nothing known"]
      : [this.links.subject(group.subject), `, ${Links.attribute(group.attribute)}`];
    return make("li", {}, make("button", { type: "button", class: "plain", click: () => this.view.set({ why: `${group.subject}:${group.attribute}` }) }, text),
      ` (${standingText(answer, party)})`);
  }
}
Places.MOST = 60;
Places.WHERE = new Set(["latitude", "longitude"]);

function unquoted(text) {
  return text.startsWith('"') ? JSON.parse(text) : "";
}

/* Degrees as the source printed them; null if a claim gives none. */
function degrees(claim) {
  const text = claim && claim.value !== null ? unquoted(claim.value) : "";
  return /^[+-]?\d{1,3}(\.\d*)?$/.test(text) && Math.abs(Number(text)) <= 180 ? text : null;
}
