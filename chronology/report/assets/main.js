"use strict";
/* Puts the page together, and draws anew what a change touches. */
(() => {
  const byId = (id) => document.getElementById(id);
  const data = byId("data");
  const chronicle = new Chronicle(JSON.parse(data.textContent));
  data.remove();
  const view = new View(chronicle);
  const links = new Links(chronicle);
  const controls = new Controls(view, byId("controls"));
  const table = new AnswerTable(view, links, byId("answers"), byId("filters"));
  const summary = new Summary(view, links, byId("summary"), byId("spoken"));
  const reasons = new Reasons(view, links, byId("reasons"));
  const timeline = new Timeline(view, links, { window: byId("window"), overview: byId("overview"), lanes: byId("lanes") });
  const places = new Places(view, links, byId("map"), byId("places"));
  const notes = new Notes(view, links, byId("notes"));
  const changed = new Set();
  const lanes = new Slices(() => timeline.drawing()), map = new Slices(() => places.drawing());
  let waiting = false;

  /* The whole of what was changed is drawn once, before the browser paints. */
  function draw() {
    waiting = false;
    const touches = (...names) => names.some((name) => changed.has(name));
    controls.render();
    if (touches("at", "known", "q", "kind", "show", "page", "why")) summary.render(table.render());
    if (touches("at", "known", "why")) reasons.render(changed.has("why"));
    timeline.showCursor();
    // Lanes follow a moment after the table, so that a slider is never held up by them.
    if (touches("lanes", "from", "to")) lanes.beginNow();
    else if (touches("known", "q", "kind")) lanes.begin(80);
    if (touches("at", "known", "q", "kind")) map.begin(80);
    changed.clear();
  }

  function touch(changes) {
    for (const name of Object.keys(changes)) changed.add(name);
    if (!waiting) requestAnimationFrame(draw);
    waiting = true;
  }

  view.listeners.push(touch);
  addEventListener("hashchange", () => { if (location.hash !== view.fragment()) view.reread(); });
  addEventListener("beforeprint", () => notes.render());
  addEventListener("resize", () => { map.begin(80); touch({ from: 0 }); });
  About.fill(chronicle, links, { title: byId("title"), standfirst: byId("standfirst"), limits: byId("limits"), evidence: byId("evidence"), legend: byId("legend") });
  if (chronicle.about.live) About.follow(chronicle.about.head);
  touch(view.defaults);
})();
