"use strict";
/* The map: a dot for each place. No tiles, for they come from a server; borders only from a file that the person who made the
   page chose, for drawing borders takes sides. */
class Atlas {
  constructor(links, basemap) {
    this.links = links;
    this.basemap = basemap;
    const make = Texts.drawn;
    this.graticule = make("g", { class: "graticule" });
    this.lines = make("g", { class: "basemap" });
    this.dots = make("g");
    this.drawing = make("svg", { role: "img", "aria-label": "Map; the list below says the same" },
      this.graticule, basemap ? this.lines : null, this.dots);
    this.frame = null;
    this.markers = new Map();
  }

  /* Draw some places, in small steps, on a map around all that are known. */
  * drawn(known, shown) {
    if (!known.length) return;
    this.look(known);
    const points = shown.map((place) => this.frame.point(Number(place.longitude), Number(place.latitude)));
    const taken = points.map(([x, y]) => [x - 8, y - 8, x + 8, y + 8]), markers = new Map();
    for (const [index, place] of shown.entries()) {
      // Beyond so many, labels would hide the dots.
      const label = index < Atlas.LABELS ? this.label(place, points[index], taken) : null;
      markers.set(place.subject, this.kept(place, points[index], label));
      yield;
    }
    this.markers = markers;
    Texts.arrange(this.dots, [...markers.values()].map(({ marker }) => marker));
  }

  /* Lay a map as wide as the page around some places, if it is not there already. */
  look(places) {
    const span = (numbers) => numbers.reduce(([least, most], number) => [Math.min(least, number), Math.max(most, number)], [Infinity, -Infinity]);
    const sides = [...span(places.map((place) => Number(place.longitude))), ...span(places.map((place) => Number(place.latitude)))];
    const width = Math.round(Math.min(Math.max(this.drawing.parentNode.clientWidth, 300), Atlas.WIDTH)), key = `${width} ${sides}`;
    if (this.frame && this.frame.key === key) return;
    this.frame = { key, ...framed(sides, width, Math.max(Math.round(width * 0.56), 300)) };
    this.drawing.setAttribute("viewBox", `0 0 ${this.frame.width} ${this.frame.height}`);
    Texts.replace(this.graticule, this.frame.lines());
    if (this.basemap) {
      Texts.replace(this.lines, this.basemap.lines.map((line) => Texts.drawn("path", { d: this.frame.path(line) })));
    }
  }

  /* The marker of a place, made anew only if it looks different. */
  kept(place, point, label) {
    const open = place.contested || place.here.some(({ answer }) => answer.contested || !answer.certain);
    const told = JSON.stringify([point, open, label]), kept = this.markers.get(place.subject);
    return kept && kept.told === told ? kept : { told, marker: this.marker(place, point, open, label) };
  }

  /* A dot with its label; dashed and with a question mark if something there is open. */
  marker(place, [x, y], open, label) {
    const make = Texts.drawn;
    const text = (line, index) =>
      make("text", { x: label.left, y: label.top + index * 15, "text-anchor": label.anchor, class: index ? "guest" : "name" }, line);
    return make("g", { class: open ? "place open" : "place" },
      make("title", {}, this.links.subjectText(place.subject)),
      make("circle", { cx: x, cy: y, r: open ? 8 : 6 }),
      open ? make("text", { x, y: y + 4, "text-anchor": "middle", class: "glyph" }, "?") : null,
      label && label.lines.map(text));
  }

  /* The name of a place and who was there; where there is no room, the name alone; or nothing. */
  label(place, point, taken) {
    const guests = [...new Set(place.here.filter(({ own }) => !own).map(({ group, answer }) =>
      `${this.links.subjectText(group.subject).replace(/^[a-z_-]+\//, "")}${answer.certain && !answer.contested ? "" : " ?"}`))];
    const shown = guests.slice(0, 3).map((text) => Texts.clipped(text, 32));
    if (guests.length > 3) shown.push(`and ${guests.length - 3} more`);
    const name = Texts.clipped(this.links.subjectText(place.subject).replace(/^place\//, ""), 40);
    for (const lines of shown.length ? [[name, ...shown], [name]] : [[name]]) {
      const room = roomFor(lines, point, taken, this.frame);
      if (room) return { lines, ...room };
    }
    return null;
  }
}
Atlas.WIDTH = 1000;
Atlas.LABELS = 100;

/* Where a label of some lines stands beside a point without covering others; null if nowhere. */
function roomFor(lines, [x, y], taken, frame) {
  const width = Math.max(...lines.map((line) => Texts.width(line, 13.5, 600))), height = lines.length * 15;
  const choices = [
    [x + 13, y - 7, "start"], [x - 13, y - 7, "end"], [x + 8, y + 10, "start"], [x + 8, y - 10 - height, "start"],
    [x - 8, y + 10, "end"], [x - 8, y - 10 - height, "end"],
  ];
  const boxOf = ([left, top, anchor]) => [anchor === "start" ? left : left - width, top, anchor === "start" ? left + width : left, top + height];
  const fits = ([left, top, right, bottom]) => left > 0 && right < frame.width && top > 0 && bottom < frame.height
    && taken.every((other) => left > other[2] || right < other[0] || top > other[3] || bottom < other[1]);
  const found = choices.find((choice) => fits(boxOf(choice)));
  if (!found) return null;
  taken.push(boxOf(found));
  return { left: found[0], top: found[1] + 12, anchor: found[2] };
}

/* A map between four sides, on which a degree of longitude is as short as in its middle. */
function framed(sides, width, height) {
  const [west, east, south, north] = sides;
  const middle = [(west + east) / 2, (south + north) / 2];
  const stretch = Math.max(Math.cos(middle[1] * Math.PI / 180), 0.1);
  const scale = Math.min(width / Math.max((east - west) * stretch * 1.35, 0.3), height / Math.max((north - south) * 1.3, 0.2));
  const point = (longitude, latitude) => [
    round(width / 2 + (longitude - middle[0]) * stretch * scale), round(height / 2 - (latitude - middle[1]) * scale)];
  const reach = [width / 2 / scale / stretch, height / 2 / scale];
  const steps = (center, half, size) => {
    const found = [];
    for (let at = Math.ceil((center - half) / size); at * size <= center + half; at += 1) found.push(round(at * size));
    return found;
  };
  const size = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30].find((step) => reach[0] * 2 / step <= width / 150) || 60;
  const lines = () => [
    ...steps(middle[0], reach[0], size).map((at) => [point(at, 0)[0], at]).flatMap(([x, at]) => [
      Texts.drawn("path", { d: `M${x} 0V${height}` }), x < width - 45 && Texts.drawn("text", { x: x + 4, y: height - 6 }, `${at}°`)]),
    ...steps(middle[1], reach[1], size).map((at) => [point(0, at)[1], at]).flatMap(([y, at]) => [
      Texts.drawn("path", { d: `M0 ${y}H${width}` }), Texts.drawn("text", { x: 4, y: y - 4 }, `${at}°`)]),
  ];
  const path = (line) => line.map(([longitude, latitude], place) => `${place ? "L" : "M"}${point(longitude, latitude).join(" ")}`).join("");
  return { width, height, point, lines, path };
}

const round = (number) => Math.round(number * 100) / 100;
