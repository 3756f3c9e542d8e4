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

  /* Where each placed subject lies. A place does not move: where nothing is told of it at the date, what was told of
     another date counts. */
  found() {
    const { view } = this, places = new Map();
    for (const { group, claims } of view.chronicle.liveAt(view.known)) {
      if (!MAP_OWN.has(group.attribute)) continue;
      const answer = Resolve.resolve(claims, view.at);
      const leading = answer && degrees(answer.parties[0].claim);
      const number = leading ?? claims.reduce((last, claim) => (claim.role === Resolve.AFFIRMS ? degrees(claim) : null) ?? last, null);
      if (number === null) continue;
      if (!places.has(group.subject)) places.set(group.subject, { subject: group.subject, here: [], contested: false });
      const place = places.get(group.subject);
      place[group.attribute] = number;
      place.contested = place.contested || Boolean(answer && answer.contested);
    }
    return new Map([...places].filter(([, place]) => "latitude" in place && "longitude" in place));
  }

  render() {
    if (!this.any) return;
    const { view } = this;
    const answers = view.chronicle.answers(view.at, view.known);
    const places = this.found();
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
    Texts.replace(this.parent, some.length ? [this.drawing(some), this.list(some)] : Texts.element("p", { class: "nothing" }, "Of no place it is known yet where it lies."));
  }

  drawing(places) {
    const make = Texts.drawn, frame = framed(places), lines = this.view.chronicle.basemap, taken = [];
    const points = places.map((place) => frame.point(place.longitude, place.latitude));
    for (const [x, y] of points) taken.push([x - 8, y - 8, x + 8, y + 8]);
    return make("svg", { viewBox: `0 0 ${MAP_WIDTH} ${MAP_HEIGHT}`, role: "img", "aria-label": "Map; the list below says the same" },
      make("g", { class: "graticule" }, frame.lines()),
      lines ? make("g", { class: "basemap" }, lines.lines.map((line) => make("path", { d: frame.path(line) }))) : null,
      places.map((place, index) => this.marker(place, points[index], taken)));
  }

  /* A dot with its label where there is room for it; dashed and with a question mark if something there is open. */
  marker(place, [x, y], taken) {
    const make = Texts.drawn;
    const open = place.contested || place.here.some(({ answer }) => answer.contested || !answer.certain);
    const guests = [...new Set(place.here.filter(({ own }) => !own).map(({ group, answer }) =>
      `${this.links.subjectText(group.subject).replace(/^[a-z_-]+\//, "")}${answer.certain && !answer.contested ? "" : " ?"}`))];
    const lines = [this.links.subjectText(place.subject).replace(/^place\//, ""), ...guests.slice(0, 3).map((text) => Texts.clipped(text, 32))];
    const [left, top, anchor] = roomFor(lines, x, y, taken);
    return make("g", { class: open ? "place open" : "place" },
      make("circle", { cx: x, cy: y, r: open ? 8 : 6 }),
      open ? make("text", { x, y: y + 4, "text-anchor": "middle", class: "glyph" }, "?") : null,
      lines.map((line, index) => make("text", { x: left, y: top + index * 15, "text-anchor": anchor, class: index ? "guest" : "name" }, line)));
  }

  list(places) {
    const make = Texts.element, { view } = this;
    const credit = view.chronicle.basemap && view.chronicle.basemap.credit;
    return [
      make("ul", { class: "there" }, places.map((place) => make("li", {}, make("strong", {}, this.links.subject(place.subject)),
        " ", Texts.element("span", { class: "kind" }, `${place.latitude}, ${place.longitude}`), place.here.length ? make("ul", {}, place.here.map((one) => this.item(one))) : null))),
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

const MAP_WIDTH = 1000;
const MAP_HEIGHT = 560;
const MAP_OWN = new Set(["latitude", "longitude"]);

/* Where a label of some lines stands beside a point without covering others: [x, y of its first line, anchor]. */
function roomFor(lines, x, y, taken) {
  const width = Math.max(...lines.map((line) => line.length)) * 7.6, height = lines.length * 15;
  const choices = [
    [x + 13, y - 7, "start"], [x - 13, y - 7, "end"], [x + 8, y + 10, "start"], [x + 8, y - 10 - height, "start"],
    [x - 8, y + 10, "end"], [x - 8, y - 10 - height, "end"],
  ];
  const boxOf = ([left, top, anchor]) => [anchor === "start" ? left : left - width, top, anchor === "start" ? left + width : left, top + height];
  const fits = ([left, top, right, bottom]) => left > 0 && right < MAP_WIDTH && top > 0 && bottom < MAP_HEIGHT
    && taken.every((other) => left > other[2] || right < other[0] || top > other[3] || bottom < other[1]);
  const found = choices.find((choice) => fits(boxOf(choice))) || choices[0];
  taken.push(boxOf(found));
  return [found[0], found[1] + 12, found[2]];
}

function unquoted(text) {
  return text.startsWith('"') ? JSON.parse(text) : "";
}

function degrees(claim) {
  const number = claim && claim.value !== null ? Number(unquoted(claim.value) || NaN) : NaN;
  return Number.isFinite(number) && Math.abs(number) <= 180 ? number : null;
}

/* A map around some places, on which a degree of longitude is as short as in its middle. */
function framed(places) {
  const span = (numbers) => [Math.min(...numbers), Math.max(...numbers)];
  const [west, east] = span(places.map((place) => place.longitude)), [south, north] = span(places.map((place) => place.latitude));
  const middle = [(west + east) / 2, (south + north) / 2];
  const stretch = Math.max(Math.cos(middle[1] * Math.PI / 180), 0.1);
  const scale = Math.min(MAP_WIDTH / Math.max((east - west) * stretch * 1.35, 0.3), MAP_HEIGHT / Math.max((north - south) * 1.3, 0.2));
  const point = (longitude, latitude) => [
    round(MAP_WIDTH / 2 + (longitude - middle[0]) * stretch * scale), round(MAP_HEIGHT / 2 - (latitude - middle[1]) * scale)];
  const reach = [MAP_WIDTH / 2 / scale / stretch, MAP_HEIGHT / 2 / scale];
  const steps = (center, half, size) => {
    const found = [];
    for (let at = Math.ceil((center - half) / size); at * size <= center + half; at += 1) found.push(round(at * size));
    return found;
  };
  const size = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30].find((step) => reach[0] * 2 / step <= 8) || 60;
  const lines = () => [
    ...steps(middle[0], reach[0], size).map((at) => [point(at, 0)[0], at]).flatMap(([x, at]) => [
      Texts.drawn("path", { d: `M${x} 0V${MAP_HEIGHT}` }), Texts.drawn("text", { x: x + 4, y: MAP_HEIGHT - 6 }, `${at}°`)]),
    ...steps(middle[1], reach[1], size).map((at) => [point(0, at)[1], at]).flatMap(([y, at]) => [
      Texts.drawn("path", { d: `M0 ${y}H${MAP_WIDTH}` }), Texts.drawn("text", { x: 4, y: y - 4 }, `${at}°`)]),
  ];
  const path = (line) => line.map(([longitude, latitude], place) => `${place ? "L" : "M"}${point(longitude, latitude).join(" ")}`).join("");
  return { point, lines, path };
}

const round = (number) => Math.round(number * 100) / 100;
