"use strict";
/* The timeline: lanes by subject, a scale, the date asked about, and an overview in which a period is chosen. */
class Timeline {
  constructor(view, links, places) {
    this.view = view;
    this.links = links;
    Object.assign(this, places);
    this.cursor = Texts.element("div", { class: "cursor", "aria-hidden": "true" });
    // By the arrays of live claims, which are others as soon as something changed.
    this.bars = new WeakMap();
    this.drawn = new WeakMap();
    this.headings = new Map();
    this.makeWindow();
    this.overviewBar = new Overview(view, this.overview);
    this.lanes.addEventListener("keydown", (event) => this.move(event));
    this.lanes.addEventListener("click", (event) => this.pick(event));
    this.lanes.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.instantAt(event.clientX));
    }, { passive: false });
  }

  makeWindow() {
    const make = Texts.element, { view } = this;
    const button = (words, glyph, act) =>
      make("button", { type: "button", "aria-label": words, title: words, click: act }, glyph);
    this.which = make("select", { "aria-label": "Lanes shown", change: () => view.set({ lanes: this.which.value }) },
      make("option", { value: "" }, "What changes or is unsure"), make("option", { value: "all" }, "All lanes"));
    const field = (name, label) => make("input", {
      type: "text", size: 10, "aria-label": label, autocomplete: "off",
      change: (event) => this.type(name, event.target),
    });
    this.from = field("from", "First day shown");
    this.to = field("to", "Last day shown");
    Texts.replace(this.window, this.which, this.from, "–", this.to,
      button("Zoom in", "+", () => this.zoom(0.5)), button("Zoom out", "−", () => this.zoom(2)),
      button("Earlier", "‹", () => this.pan(-0.5)), button("Later", "›", () => this.pan(0.5)),
      button("Show the whole period", "All", () => view.set({ from: view.domain.first, to: view.domain.last })));
  }

  type(name, field) {
    const close = Calendar.closeOf(field.value);
    const found = close === null || name === "to" ? close : dayOf(close) * Calendar.DAY;
    const { from, to } = { from: this.view.from, to: this.view.to, [name]: found };
    field.setAttribute("aria-invalid", String(found === null || from >= to));
    if (found !== null && from < to) this.view.set({ from, to });
  }

  /* Make the period longer or shorter around an instant: the date asked about, if it is inside. */
  zoom(factor, around = null) {
    const { view } = this;
    const inside = view.from <= view.at && view.at <= view.to;
    const center = around ?? (inside ? view.at : (view.from + view.to) / 2);
    this.look(center - (center - view.from) * factor, center + (view.to - center) * factor);
  }

  pan(share) {
    const by = (this.view.to - this.view.from) * share;
    this.look(this.view.from + by, this.view.to + by);
  }

  look(from, to) {
    const { DAY, LINE_START, LINE_END } = Calendar;
    const first = Math.max(dayOf(from) * DAY, LINE_START);
    const last = Math.min(Math.max(dayOf(to) * DAY + DAY, first + 2 * DAY), LINE_END) - 1;
    if (first < last) this.view.set({ from: first, to: last });
  }

  instantAt(x) {
    const track = this.lanes.querySelector(".axis .track").getBoundingClientRect();
    return this.view.from + (x - track.left) / track.width * (this.view.to - this.view.from);
  }

  /* A click beside the bars asks about the day there. */
  pick(event) {
    if (event.target.closest("button") || !event.target.closest(".track")) return;
    this.view.set({ at: dayOf(this.instantAt(event.clientX)) * Calendar.DAY + Calendar.DAY - 1 });
  }

  move(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(".bar")) return;
    event.preventDefault();
    const bars = [...this.lanes.querySelectorAll(".bar")];
    const next = bars[bars.indexOf(event.target) + step];
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  place(second) {
    return (second - this.view.from) / (this.view.to + 1 - this.view.from) * 100;
  }

  showCursor() {
    const at = this.place(this.view.at);
    this.cursor.hidden = at < 0 || at > 100;
    this.cursor.style.setProperty("--at", at / 100);
  }

  /* Draw in small steps what the view asks for; the lanes on the page change together, at the last step. Bars and
     elements of what did not change are those of last time. */
  * drawing() {
    const { view } = this;
    this.from.value = Calendar.isoDay(view.from);
    this.to.value = Calendar.isoDay(view.to);
    this.which.value = view.lanes;
    this.overviewBar.render();
    // Asked for once: in between, the browser would lay out the page again for every answer.
    this.width = this.lanes.clientWidth * 0.8;
    const groups = yield* this.ordered(view.chronicle.liveAt(view.known).filter(({ group, claims }) =>
      view.admits(group) && (view.lanes === "all" || (Lanes.changes(claims) && !Timeline.DULL.has(group.attribute)))));
    const lanes = [];
    let subject = null, drawn = 0, place = 0;
    for (; place < groups.length && drawn < Timeline.MOST; place += 1) {
      const { group, claims } = groups[place], lane = this.lane(group, claims);
      yield;
      if (!lane) continue;
      if (subject !== group.subject) lanes.push(this.heading(group.subject));
      subject = group.subject;
      lanes.push(lane);
      drawn += 1;
    }
    this.put(lanes, groups.length - place);
  }

  put(lanes, rest) {
    const make = Texts.element;
    const nothing = lanes.length ? [] : [make("p", { class: "nothing" }, "Nothing to show in this period.")];
    const more = rest > 0 ? [make("p", { class: "more" },
      `and up to ${rest.toLocaleString("en-GB")} more lanes: search, or choose a kind, to see them`)] : [];
    Texts.arrange(this.lanes, [this.axis(), ...lanes, ...nothing, ...more, this.cursor]);
    const stops = [...this.lanes.querySelectorAll(".bar[tabindex='0']")];
    const stop = stops[0] || this.lanes.querySelector(".bar");
    for (const bar of stops.slice(1)) bar.tabIndex = -1;
    if (stop && !stops.length) stop.tabIndex = 0;
    this.showCursor();
  }

  /* Subjects of which something is contested in the period come first, then those of which a value changes, as long as
     there is not too much to look at. */
  * ordered(groups) {
    const { view } = this;
    if (view.lanes === "all" || groups.length > Timeline.SORTED) return groups;
    const ranks = new Map();
    const meets = ({ since, until }) => until > view.from && since <= view.to;
    for (const { group, claims } of groups) {
      const bars = claims.length > 1 ? (this.barsOf(claims) || []).flat().filter(meets) : [];
      const contested = bars.some((bar) => bar.contested.some(([since, until]) => meets({ since, until })));
      const rank = contested ? 0 : bars.length > 1 ? 1 : 2;
      ranks.set(group.subject, Math.min(rank, ranks.get(group.subject) ?? 2));
      yield;
    }
    return groups.map((one, place) => ({ one, place, rank: ranks.get(one.group.subject) }))
      .sort((a, b) => a.rank - b.rank || a.place - b.place).map(({ one }) => one);
  }

  heading(subject) {
    if (!this.headings.has(subject)) {
      this.headings.set(subject, Texts.element("h3", { class: "lane-subject" }, this.links.subject(subject)));
    }
    return this.headings.get(subject);
  }

  /* Rows of bars, worked out once for the live claims of a group. */
  barsOf(claims) {
    if (!this.bars.has(claims)) this.bars.set(claims, Lanes.ofClaims(claims));
    return this.bars.get(claims);
  }

  /* The lane of a group, drawn once for its live claims and the period shown; null if it has nothing to show. */
  lane(group, claims) {
    const { view } = this;
    const shown = `${view.from} ${view.to} ${view.lanes} ${this.width}`, kept = this.drawn.get(claims);
    if (kept && kept.shown === shown) return kept.lane;
    const lane = this.drawLane(group, claims);
    this.drawn.set(claims, { shown, lane });
    return lane;
  }

  drawLane(group, claims) {
    const make = Texts.element;
    const label = make("div", { class: "label" }, Links.attribute(group.attribute));
    const rows = this.barsOf(claims);
    if (rows === null) {
      return make("div", { class: "lane" }, label, make("div", { class: "track" }, "too many reports to draw"));
    }
    if (this.view.lanes !== "all" && !Lanes.isBusy(rows, this.view.from, this.view.to)) return null;
    const tracks = rows.map((bars) => this.track(group, bars, this.width)).filter(Boolean);
    return tracks.length ? make("div", { class: "lane" }, label, make("div", { class: "tracks" }, tracks)) : null;
  }

  track(group, bars, width) {
    const { view } = this;
    const seen = bars.filter((bar) => bar.until > view.from && bar.since <= view.to);
    if (!seen.length) return null;
    const made = [];
    let edge = 0, taken = 0;
    seen.forEach((bar, place) => {
      const left = Math.max(this.place(bar.since), 0), right = Math.min(this.place(bar.until), 100);
      // What is thinner than a dot beside another dot shows nothing more.
      if (right - edge < 0.04 && made.length) return;
      const next = seen[place + 1], end = next ? Math.max(this.place(next.since), right) : 100;
      const text = this.links.valueText(bar.value), needs = Texts.width(shortened(text), 13.8) + (bar.contested.length ? 30 : 16);
      const pixels = (from, to) => (to - from) / 100 * width;
      // A label stands where its value is sure, if it fits there; it never reaches into the next bar.
      const sure = bar.solidSince === null ? left : Math.min(Math.max(this.place(bar.solidSince), left), right);
      const last = next ? Math.min(right, this.place(next.since)) : right;
      const label = pixels(left, last) >= needs ? "inside" : pixels(right, end) >= needs ? "after"
        : pixels(taken, left) >= needs ? "before" : pixels(left, last) >= 60 ? "inside" : "none";
      const from = pixels(sure, last) >= needs ? sure : left;
      taken = label === "after" ? right + needs / width * 100 : right;
      edge = right;
      made.push(this.bar(group, bar, { left, right, from, last, label, text, place }));
    });
    return Texts.element("div", { class: "track" }, made);
  }

  bar(group, bar, { left, right, from, last, label, text, place }) {
    const make = Texts.element, size = right - left || 0.01;
    const within = (second) => (this.place(second) - left) / size * 100;
    const made = make("button", {
      type: "button", tabindex: -1,
      class: `bar tint${place % 2} ${bar.solidSince === null ? "unsure" : "solid"} ${label}`,
      "aria-label": this.words(group, bar, text), title: this.words(group, bar, text),
      click: () => this.view.set({ why: `${group.subject}:${group.attribute}`, at: this.inside(bar) }),
    });
    made.style.left = `${left}%`;
    made.style.width = `${size}%`;
    if (bar.solidSince !== null) {
      made.style.setProperty("--solid-from", `${within(Math.max(bar.solidSince, Calendar.LINE_START))}%`);
      made.style.setProperty("--solid-to", `${within(Math.min(bar.solidUntil, Calendar.LINE_END))}%`);
    }
    const spans = [...bar.unsure.map((span) => ["hole", span]), ...bar.contested.map((span) => ["dispute", span])];
    for (const [kind, [since, until]] of spans) {
      const from = Math.max(within(since), 0), to = Math.min(within(until), 100);
      if (to <= from) continue;
      const part = make("span", { class: kind });
      part.style.left = `${from}%`;
      part.style.width = `${to - from}%`;
      made.append(part);
    }
    const clash = bar.contested.length ? make("span", { class: "clash", "aria-hidden": "true" }, "≠ ") : null;
    if (label !== "none") {
      const words = make("span", { class: "text" }, clash, this.links.value(bar.value));
      if (label === "inside") {
        words.style.left = `calc(${(from - left) / size * 100}% + .35rem)`;
        words.style.maxWidth = `calc(${(last - from) / size * 100}% - .5rem)`;
      }
      made.append(words);
    }
    return made;
  }

  /* The date asked about if a bar covers it, else the close of the first day on which it surely holds, or may. */
  inside(bar) {
    if (bar.since <= this.view.at && this.view.at < bar.until) return this.view.at;
    const first = Math.max(bar.solidSince ?? bar.since, this.view.from);
    return Math.min(dayOf(first) * Calendar.DAY + Calendar.DAY, bar.until) - 1;
  }

  words(group, bar, text) {
    const day = (second, unbounded) => Calendar.isoDay(second) || unbounded;
    const close = (second) => day(second - 1, "on");
    const sure = bar.solidSince === null ? "possible" : `certain ${day(bar.solidSince, "from the beginning")} to ${close(bar.solidUntil)}`;
    const soft = `possible ${day(bar.since, "from the beginning")} to ${close(bar.until)}`;
    const parts = [`${this.links.subjectText(group.subject)}, ${Links.attribute(group.attribute)}: ${Texts.clipped(text, 160)}`, soft];
    if (bar.solidSince !== null) parts.push(sure);
    if (bar.contested.length) parts.push("contested");
    return parts.join("; ");
  }

  axis() {
    const make = Texts.element;
    const track = make("div", { class: "track" }, ticksOf(this.view.from, this.view.to, Math.min(Math.max(this.width / 110, 2), 8)).filter(({ at }) => this.place(at) < 96).map(({ at, text }) => {
      const tick = make("span", { class: "tick" }, text);
      tick.style.left = `${this.place(at)}%`;
      return tick;
    }));
    return make("div", { class: "lane axis", "aria-hidden": "true" }, make("div", { class: "label" }), track);
  }
}
Timeline.MOST = 50;
Timeline.DULL = new Set(["latitude", "longitude"]);
Timeline.SORTED = 500;

/* A text without the kinds before slugs, which bars have no room for. */
function shortened(text) {
  return text.replace(/\b[a-z][a-z0-9_-]*\/(?=[a-z0-9])/g, "");
}

/* Round dates for a scale, no more than fit. */
function ticksOf(from, to, most) {
  const { DAY, MONTHS } = Calendar, days = (to - from) / DAY;
  const [year, month] = Calendar.civil(from), found = [];
  const steps = [[1, "day"], [2, "day"], [7, "day"], [14, "day"], [30, "month"], [61, "month"], [91, "month"], [183, "month"]];
  const [size, unit] = steps.find(([length]) => days / length <= most) || [365.2425 * niceYears(days / 365.2425 / most), "year"];
  if (unit === "day") {
    const first = Math.ceil(from / DAY / size) * size;
    for (let day = first; day * DAY <= to; day += size) {
      const [inYear, inMonth, date] = Calendar.civil(day * DAY);
      found.push({ at: day * DAY, text: `${date} ${MONTHS[inMonth - 1].slice(0, 3)}${found.length ? "" : ` ${inYear}`}` });
    }
    return found;
  }
  const months = unit === "month" ? Math.round(size / 30.4) : 12 * Math.round(size / 365.2425);
  for (let count = Math.ceil((year * 12 + month - 1) / months) * months; ; count += months) {
    const ofYear = Math.floor(count / 12), inYear = count - ofYear * 12;
    const at = Calendar.dayOpening(ofYear, inYear + 1, 1);
    if (at > to) return found;
    if (at >= from) found.push({ at, text: unit === "month" ? `${MONTHS[inYear].slice(0, 3)} ${ofYear}` : String(ofYear) });
  }
}

function niceYears(least) {
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((step) => step >= least) || 10000;
}
