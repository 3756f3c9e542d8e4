"use strict";
/* The whole of valid time in a strip, on which the period shown is a window to drag, or to move by the arrow keys. */
class Overview {
  constructor(view, parent) {
    this.view = view;
    const make = Texts.element;
    this.density = make("div", { class: "density", "aria-hidden": "true" });
    this.frame = make("div", { class: "frame" });
    this.start = this.handle("from", "First day shown");
    this.end = this.handle("to", "Last day shown");
    this.strip = make("div", { class: "strip", pointerdown: (event) => this.grab(event) },
      this.density, this.frame, this.start, this.end);
    Texts.replace(parent, this.strip);
    this.drawDensity();
  }

  handle(name, label) {
    return Texts.element("div", {
      class: "handle", role: "slider", tabindex: 0, "aria-label": label, "data-end": name,
      keydown: (event) => this.key(event, name),
    });
  }

  /* How many dates begin in each part of the strip. */
  drawDensity() {
    const { domain, chronicle } = this.view, bins = new Array(120).fill(0);
    for (const { startMax } of chronicle.claims) {
      const bin = Math.floor((startMax - domain.first) / (domain.last + 1 - domain.first) * bins.length);
      if (bin >= 0 && bin < bins.length) bins[bin] += 1;
    }
    const most = Math.max(...bins, 1);
    this.density.replaceChildren(...bins.map((count) => {
      const bar = Texts.element("span");
      bar.style.height = `${count ? 12 + 88 * Math.sqrt(count / most) : 0}%`;
      return bar;
    }));
  }

  share(second) {
    const { domain } = this.view;
    return Math.min(Math.max((second - domain.first) / (domain.last + 1 - domain.first), 0), 1);
  }

  render() {
    const { view } = this, from = this.share(view.from), to = this.share(view.to);
    this.frame.style.left = `${from * 100}%`;
    this.frame.style.width = `${(to - from) * 100}%`;
    for (const [handle, share, second] of [[this.start, from, view.from], [this.end, to, view.to]]) {
      handle.style.left = `${share * 100}%`;
      handle.setAttribute("aria-valuemin", dayOf(view.domain.first));
      handle.setAttribute("aria-valuemax", dayOf(view.domain.last));
      handle.setAttribute("aria-valuenow", dayOf(second));
      handle.setAttribute("aria-valuetext", Calendar.longDay(second));
    }
  }

  key(event, name) {
    const sign = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (!sign) return;
    event.preventDefault();
    const { domain } = this.view;
    const day = Math.max(1, Math.round((domain.last - domain.first) / Calendar.DAY / 200));
    this.change(name, this.view[name] + sign * day * Calendar.DAY);
  }

  change(name, second) {
    const { view } = this, { DAY } = Calendar;
    const bounded = Math.min(Math.max(second, view.domain.first), view.domain.last);
    const from = name === "from" ? Math.min(dayOf(bounded) * DAY, dayOf(view.to) * DAY - DAY) : view.from;
    const to = name === "to" ? Math.max(dayOf(bounded) * DAY + DAY - 1, view.from + 2 * DAY - 1) : view.to;
    view.set({ from, to });
  }

  /* Drag a handle, the window, or anywhere else a new window. */
  grab(event) {
    if (event.button) return;
    event.preventDefault();
    const { view } = this;
    const start = this.secondAt(event.clientX), { from, to } = view;
    const end = event.target.dataset.end;
    const inside = event.target === this.frame;
    const drag = (moved) => {
      const now = this.secondAt(moved.clientX);
      if (end) this.change(end, now);
      else if (inside) this.shift(from, to, now - start);
      else this.span(start, now);
    };
    const stop = () => {
      this.strip.removeEventListener("pointermove", drag);
      this.strip.removeEventListener("pointerup", stop);
      this.strip.removeEventListener("pointercancel", stop);
    };
    this.strip.setPointerCapture(event.pointerId);
    this.strip.addEventListener("pointermove", drag);
    this.strip.addEventListener("pointerup", stop);
    this.strip.addEventListener("pointercancel", stop);
  }

  shift(from, to, by) {
    const { domain } = this.view, { DAY } = Calendar;
    const most = Math.max(Math.min(by, domain.last - to), domain.first - from);
    const days = Math.round(most / DAY) * DAY;
    this.view.set({ from: from + days, to: to + days });
  }

  span(a, b) {
    const { DAY } = Calendar;
    const from = dayOf(Math.min(a, b)) * DAY;
    this.view.set({ from, to: Math.max(dayOf(Math.max(a, b)) * DAY + DAY, from + 2 * DAY) - 1 });
  }

  secondAt(x) {
    const { left, width } = this.strip.getBoundingClientRect(), { domain } = this.view;
    return domain.first + Math.min(Math.max((x - left) / width, 0), 1) * (domain.last + 1 - domain.first);
  }
}
