"use strict";
/* The two dates: sliders, fields to type into, and steps from one change to the next. */
class Controls {
  constructor(view, parent) {
    this.view = view;
    this.chronicle = view.chronicle;
    this.at = this.control("at", "What held on", "Date asked about", (day) => this.slideAt(day), (step) => this.stepAt(step));
    this.known = this.control("known", "as known on", "Known time",
      (step) => view.set({ known: this.chronicle.steps[step].position }), (step) => this.stepKnown(step));
    this.at.field.setAttribute("placeholder", "2018-05-13");
    Texts.replace(parent, this.at.box, this.known.box);
  }

  control(name, label, sliderLabel, slide, step) {
    const make = Texts.element;
    const field = make("input", {
      id: name, type: "text", size: 12, autocomplete: "off", spellcheck: "false", "aria-describedby": `${name}-fault`,
      change: () => this.type(name),
      keydown: (event) => { if (event.key === "Enter") this.type(name); },
    });
    const slider = make("input", {
      type: "range", step: 1, "aria-label": sliderLabel, input: () => slide(Number(slider.value)),
    });
    const arrow = (sign, words, glyph) =>
      make("button", { type: "button", class: "step", "aria-label": words, title: words, click: () => step(sign) }, glyph);
    const fault = make("span", { id: `${name}-fault`, class: "fault", role: "alert" });
    const box = make("div", { class: `control ${name}` },
      make("div", { class: "asked" }, make("label", { for: name }, label), field, fault),
      make("div", { class: "slide" }, arrow(-1, name === "at" ? "Previous change" : "Earlier entry", "‹"), slider,
        arrow(1, name === "at" ? "Next change" : "Later entry", "›")));
    return { box, field, slider, fault };
  }

  slideAt(day) {
    this.view.set({ at: day * Calendar.DAY + Calendar.DAY - 1 });
  }

  /* Go to the close of the next day on which an answer may change. */
  stepAt(sign) {
    const { view } = this;
    let found = null;
    for (const { group, claims } of this.chronicle.liveAt(view.known)) {
      if (!view.admits(group)) continue;
      for (const claim of claims) {
        for (const bound of [claim.startMin, claim.startMax, claim.endMin, claim.endMax, ...Resolve.middle(claim)]) {
          if (bound < Calendar.LINE_START || bound >= Calendar.LINE_END) continue;
          const at = dayOf(bound) * Calendar.DAY + Calendar.DAY - 1;
          if ((at - view.at) * sign > 0 && (found === null || (found - at) * sign > 0)) found = at;
        }
      }
    }
    if (found !== null) view.set({ at: found });
  }

  stepKnown(sign) {
    const { steps } = this.chronicle;
    const step = Math.min(Math.max(this.chronicle.stepAt(this.view.known) + sign, 0), steps.length - 1);
    this.view.set({ known: steps[step].position });
  }

  /* Take what was typed: a date, or for known time also a position such as #77. */
  type(name) {
    const { field, fault } = this[name];
    const found = name === "at" ? Calendar.closeOf(field.value) : this.position(field.value.trim());
    fault.textContent = found === null ? "write 2018, 2018-05 or 2018-05-13" : "";
    field.setAttribute("aria-invalid", String(found === null));
    if (found !== null && found !== this.view[name]) this.view.set({ [name]: found });
    else if (found !== null) this.render();
  }

  position(text) {
    if (/^#\d{1,15}$/.test(text)) return Math.min(Number(text.slice(1)), this.chronicle.about.known);
    const close = Calendar.closeOf(text);
    if (close === null) return null;
    const last = `${Calendar.isoDay(close)}T23:59:59.999999Z`;
    let found = 0;
    for (const { position, at } of this.chronicle.steps) if (at <= last) found = position;
    return found;
  }

  render() {
    const { view, chronicle } = this;
    this.show(this.at, dayOf(Math.min(view.from, view.at)), dayOf(Math.max(view.to, view.at)), dayOf(view.at),
      Calendar.isoDay(view.at), view.day);
    const step = chronicle.stepAt(view.known), { position, at } = chronicle.steps[step];
    const early = view.known < position;
    this.show(this.known, 0, chronicle.steps.length - 1, step, early ? "" : at.slice(0, 10),
      early ? "before anything here was recorded" : `${view.knownText}, entry ${position}`);
  }

  show({ field, slider, fault }, min, max, value, text, words) {
    slider.min = min;
    slider.max = max;
    slider.value = value;
    slider.setAttribute("aria-valuetext", words);
    if (document.activeElement !== field || field.getAttribute("aria-invalid") !== "true") {
      field.value = text;
      field.setAttribute("aria-invalid", "false");
      fault.textContent = "";
    }
  }
}
