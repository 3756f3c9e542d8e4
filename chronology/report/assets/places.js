"use strict";
/* The map: subjects whose latitude and longitude held at the date, and who or what was there. No tiles; borders only
   from a file that whoever made the page chose. */
class Places {
  constructor(view, links, section, parent) {
    this.view = view;
    this.links = links;
    this.section = section;
    this.parent = parent;
    const attributes = new Set(view.chronicle.groups.map((group) => group.attribute));
    this.any = attributes.has("latitude") && attributes.has("longitude");
    section.hidden = !this.any;
  }

  /* Where each placed subject lies, and the answers that name it as a value. */
  found(answers) {
    const places = new Map();
    for (const { group, answer } of answers) {
      if (group.attribute !== "latitude" && group.attribute !== "longitude") continue;
      const number = degrees(answer.parties[0].claim);
      if (number === null) continue;
      if (!places.has(group.subject)) places.set(group.subject, { subject: group.subject, here: [], certain: true });
      const place = places.get(group.subject);
      place[group.attribute] = number;
      place.certain = place.certain && answer.certain && !answer.contested;
    }
    return new Map([...places].filter(([, place]) => "latitude" in place && "longitude" in place));
  }

  render() {
    if (!this.any) return;
    const { view } = this;
    const answers = view.chronicle.answers(view.at, view.known);
    const places = this.found(answers);
    for (const found of answers) {
      if (!view.admits(found.group)) continue;
      for (const party of found.answer.parties) {
        const place = party.claim && party.claim.value && places.get(unquoted(party.claim.value));
        if (place && party.claim.role === Resolve.AFFIRMS) place.here.push({ ...found, party });
        else if (places.has(found.group.subject) && party === found.answer.parties[0] && !MAP_OWN.has(found.group.attribute)) {
          places.get(found.group.subject).here.push({ ...found, party, own: true });
        }
      }
    }
    const some = [...places.values()];
    Texts.replace(this.parent, some.length ? [this.drawing(some), this.list(some)] : Texts.element("p", { class: "nothing" }, "No place is known on this date."));
  }

  drawing(places) {
    const make = Texts.drawn, frame = framed(places), lines = this.view.chronicle.basemap;
    const map = make("svg", { viewBox: `0 0 ${MAP_WIDTH} ${frame.height}`, role: "img", "aria-label": "Map; the list below says the same" });
    map.append(make("g", { class: "graticule" }, frame.lines()));
    if (lines) map.append(make("g", { class: "basemap" }, lines.lines.map((line) => make("path", { d: frame.path(line) }))));
    for (const place of places) {
      const [x, y] = frame.point(place.longitude, place.latitude);
      const open = !place.certain || place.here.some(({ answer }) => answer.contested || !answer.certain);
      const flip = x > MAP_WIDTH * 0.75;
      map.append(make("g", { class: open ? "place open" : "place" },
        make("circle", { cx: x, cy: y, r: open ? 7 : 6 }), open ? make("text", { x, y: y + 3.5, "text-anchor": "middle", class: "glyph" }, "?") : null,
        make("text", { x: x + (flip ? -12 : 12), y: y + 4, "text-anchor": flip ? "end" : "start" }, this.links.subjectText(place.subject).replace(/^place\//, ""))));
    }
    return make("svg", { class: "map-frame", viewBox: `0 0 ${MAP_WIDTH} ${frame.height}` }, map);
  }

  list(places) {
    const make = Texts.element, { view } = this;
    const credit = view.chronicle.basemap && view.chronicle.basemap.credit;
    return [
      make("ul", { class: "there" }, places.map((place) => make("li", {}, make("strong", {}, this.links.subject(place.subject)),
        ` ${place.latitude}, ${place.longitude}`, place.here.length ? make("ul", {}, place.here.map((one) => this.item(one))) : null))),
      credit ? make("p", { class: "legend" }, "Lines: ", Texts.foreign(credit)) : null,
    ];
  }

  item({ group, answer, party, own }) {
    const make = Texts.element;
    const text = own ? [Links.attribute(group.attribute), ": ", party.claim ? this.links.value(party.claim.value) : "nothing known"]
      : [this.links.subject(group.subject), `, ${Links.attribute(group.attribute)}`];
    return make("li", {}, make("button", { type: "button", class: "plain", click: () => this.view.set({ why: `${group.subject}:${group.attribute}` }) }, text),
      ` (${standingText(answer, party)})`);
  }
}

const MAP_WIDTH = 800;
const MAP_OWN = new Set(["latitude", "longitude"]);

function unquoted(text) {
  return text.startsWith('"') ? JSON.parse(text) : "";
}

function degrees(claim) {
  const number = claim && claim.value !== null ? Number(unquoted(claim.value) || NaN) : NaN;
  return Number.isFinite(number) && Math.abs(number) <= 180 ? number : null;
}

/* A rectangle around some places, in which a degree of longitude is as short as in its middle. */
function framed(places) {
  const span = (numbers, least) => {
    const low = Math.min(...numbers), high = Math.max(...numbers), pad = Math.max((high - low) * 0.25, least);
    return [low - pad, high + pad];
  };
  const [west, east] = span(places.map((place) => place.longitude), 0.3);
  const [south, north] = span(places.map((place) => place.latitude), 0.15);
  const scale = MAP_WIDTH / (east - west);
  const stretch = 1 / Math.max(Math.cos((south + north) / 2 * Math.PI / 180), 0.1);
  const height = Math.min(Math.max((north - south) * scale * stretch, 200), 900);
  const point = (longitude, latitude) => [
    round((longitude - west) * scale), round((north - latitude) / (north - south) * height)];
  const lines = () => {
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30].find((size) => (east - west) / size <= 8) || 60, found = [];
    for (let at = Math.ceil(west / step); at * step <= east; at += 1) {
      const [x] = point(at * step, north);
      found.push(Texts.drawn("path", { d: `M${x} 0V${height}` }), Texts.drawn("text", { x: x + 4, y: height - 6 }, `${round(at * step)}°`));
    }
    for (let at = Math.ceil(south / step); at * step <= north; at += 1) {
      const [, y] = point(west, at * step);
      found.push(Texts.drawn("path", { d: `M0 ${y}H${MAP_WIDTH}` }), Texts.drawn("text", { x: 4, y: y - 4 }, `${round(at * step)}°`));
    }
    return found;
  };
  const path = (line) => line.map(([longitude, latitude], place) => `${place ? "L" : "M"}${point(longitude, latitude).join(" ")}`).join("");
  return { height, point, lines, path };
}

const round = (number) => Math.round(number * 100) / 100;
