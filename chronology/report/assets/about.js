"use strict";
/* What the page says of itself: its title, how it is limited, and how to prove what it was made from. */
const About = (() => {
  function fill(chronicle, links, places) {
    const { about } = chronicle, make = Texts.element;
    Texts.replace(places.title, Texts.foreign(about.title));
    const sources = new Set(chronicle.events.map((event) => event.from).filter(Boolean)).size;
    places.standfirst.textContent = `What held when, who says so, and who disagrees: ${Texts.plural(chronicle.events.length, "report")} `
      + `about ${Texts.plural(chronicle.subjects.length, "subject")} from ${Texts.plural(sources, "document")}.`;
    const limits = limitsOf(about);
    places.limits.hidden = !limits.length;
    Texts.replace(places.limits, make("strong", {}, "This page is limited. "), limits.join(" "));
    Texts.replace(places.legend, legend());
    Texts.replace(places.evidence, evidence(about));
  }

  /* What was left out, in sentences. */
  function limitsOf({ limited, erased }) {
    const found = [];
    const { known, subjects, filters, withheld, left_out: leftOut, later } = limited;
    if (subjects.length) found.push(`It shows only ${subjects.map((subject) => Texts.clipped(subject, 80)).join(", ")}.`);
    if (filters.length) found.push(`It shows only events ${Texts.clipped(filters.join("; "), 400)}.`);
    if (known !== null) found.push(`It shows what was known at entry ${known}${later ? `; ${Texts.plural(later, "later entry", "later entries")} of the log ${later === 1 ? "is" : "are"} left out` : ""}.`);
    if (withheld.length) found.push(`Withheld: ${withheld.map((name) => name.replaceAll("_", " ")).join(", ")}.`);
    if (leftOut && (subjects.length || filters.length || withheld.length)) found.push(`${Texts.plural(leftOut, "report")} of the log ${leftOut === 1 ? "is" : "are"} left out.`);
    if (erased) found.push(`${Texts.plural(erased, "entry", "entries")} of the log ${erased === 1 ? "was" : "were"} erased by its keeper.`);
    return found;
  }

  function legend() {
    const make = Texts.element;
    const item = (kind, text) => make("span", { class: "item" }, make("span", { class: `mark ${kind}`, "aria-hidden": "true" }), text);
    return [item("sure", "certain"), item("maybe", "possible: the dates given leave it open"), item("split", "contested: sources disagree"),
      "Soft ends: the day is not known exactly."];
  }

  function evidence(about) {
    const make = Texts.element, code = (text) => make("code", { dir: "ltr" }, Texts.visible(text));
    const name = about.store.replace(/\.\w+$/, "");
    const field = (term, ...said) => [make("dt", {}, term), make("dd", {}, said)];
    return [
      make("h2", {}, "Evidence"),
      make("p", {}, "This page was made from a log to which entries can only be added. It loads nothing from the network, and what it shows can be checked against the log."),
      make("dl", {},
        field("Log head", `entry ${about.head}`),
        field("Merkle root", code(about.root)),
        field("Check", code(`chronology --db ${quoted(about.store)} verify`), " prints this root while this is the newest entry of the log."),
        field("Check later", "Save these lines as ", code(`${name}.checkpoint`), ":", make("pre", { tabindex: 0, "aria-label": "Checkpoint" }, Texts.visible(about.checkpoint)),
          code(`chronology --db ${quoted(about.store)} verify --checkpoint ${quoted(`${name}.checkpoint`)}`), " then says whether the log still holds every entry that this page was made from."),
        field("Made", `${Calendar.longInstant(about.made)}, by ${about.program}`)),
      make("h2", {}, "How to read it"),
      make("p", {}, "A question about a date asks about its close. A value is certain if it holds however the dates are read, and possible if it holds under some reading. "
        + "It is contested if sources of different origin give different values for the same time, or one denies what another says. "
        + "Nothing that was once recorded is lost: the second slider shows what was known earlier."),
    ];
  }

  /* Load the page again when the log that it is served from has grown; the fragment keeps the view. */
  function follow(head) {
    const ask = async () => {
      try {
        const answer = await fetch("/head", { cache: "no-store" });
        if (answer.ok && (await answer.json()).head !== head) location.reload();
      } catch { /* the server has stopped: the page stays unchanged */ }
    };
    setInterval(ask, 2000);
  }

  return { fill, follow, limitsOf };
})();
