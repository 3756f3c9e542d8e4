"use strict";
/* Why an answer is what it is: who says what, with links and quotes, its history, and what was known of it when. */
class Reasons {
  constructor(view, links, dialog) {
    this.view = view;
    this.links = links;
    this.dialog = dialog;
    this.opener = null;
    dialog.addEventListener("close", () => this.closed());
    dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") this.dialog.close(); });
  }

  /* Show what the view asks for; `fresh` moves the focus there. */
  render(fresh) {
    const [subject, attribute] = this.view.why.split(":");
    const group = this.view.why ? this.view.chronicle.group(subject, attribute) : null;
    if (!group) {
      if (this.dialog.open) this.dialog.close();
      return;
    }
    Texts.replace(this.dialog, this.contents(group));
    if (!fresh && this.dialog.open) return;
    this.opener = document.activeElement;
    if (this.dialog.open) this.dialog.close("again");
    if (matchMedia("(min-width: 64rem)").matches) this.dialog.show();
    else this.dialog.showModal();
    document.getElementById("reasons-title").focus();
  }

  closed() {
    if (this.dialog.returnValue === "again") {
      this.dialog.returnValue = "";
      return;
    }
    const back = document.querySelector(`tr[data-why="${CSS.escape(this.view.why)}"] button`) || this.opener;
    this.view.set({ why: "" });
    if (back && back.isConnected) back.focus();
  }

  contents(group) {
    const { view } = this, make = Texts.element;
    const claims = group.claims.filter((claim) => isLive(claim, view.known));
    const { answer, judgements, without } = Explain.explain(claims, view.at);
    const leading = judgements.find(({ part }) => part === "leading");
    return [
      make("form", { method: "dialog", class: "close" }, make("button", { "aria-label": "Close" }, "Close")),
      make("p", { class: "of" }, this.links.subject(group.subject)),
      make("h2", { id: "reasons-title", tabindex: -1 }, `Why: ${Links.attribute(group.attribute)}`),
      make("p", { class: "told" }, this.told(answer), ` at the close of ${view.day}, as known on ${view.knownText}.`),
      Reasons.SECTIONS.map(([heading, ...parts]) =>
        this.section(heading, judgements.filter(({ part }) => parts.includes(part)))),
      this.withdrawn(group),
      leading ? make("p", { class: "without" }, `Without entry ${leading.claim.position}: `, this.told(without), ".") : null,
      this.history(claims),
      this.knownHistory(group),
      this.command(group),
    ];
  }

  told(answer) {
    if (!answer) return [Texts.element("strong", {}, "Nothing known")];
    const { claim } = answer.parties[0];
    const value = claim ? this.links.value(claim.value) : "nothing known";
    return [Texts.element("strong", {}, value), ` (${standingText(answer, answer.parties[0])})`];
  }

  section(heading, judged) {
    if (!judged.length) return null;
    const most = heading === "About other dates" ? 10 : 200;
    const rest = judged.length - most;
    return [
      Texts.element("h3", {}, heading),
      Texts.element("ul", { class: "assertions" },
        judged.slice(0, most).map((one) => this.assertion(one.claim, because(one)))),
      rest > 0 ? Texts.element("p", { class: "more" }, `and ${rest.toLocaleString("en-GB")} more`) : null,
    ];
  }

  assertion(claim, why) {
    const make = Texts.element, event = this.view.chronicle.eventOf(claim);
    const value = claim.role === Resolve.DISPUTES ? ["disputes this"]
      : [claim.role === Resolve.DENIES ? "not " : "", ...this.links.value(claim.value)];
    return make("li", {},
      make("p", { class: "says" }, make("strong", {}, value), why ? make("span", { class: "because" }, ` — ${why}`) : null),
      make("p", { class: "reading" }, Texts.foreign(event.valid || "", 60), `: ${Texts.visible(claim.reading)}`),
      event.quote ? Texts.block("blockquote", event.quote) : null,
      make("p", { class: "cited" }, this.chain(event), this.links.citation(event.from || ""),
        event.locator ? [", ", Texts.foreign(event.locator)] : null,
        event.grade ? `. Grade ${Texts.visible(event.grade)}` : null),
      event.note ? make("p", { class: "note", dir: "auto" }, "Note: ", Texts.foreign(event.note, 4000)) : null,
      this.details(event),
      make("p", { class: "recorded" }, `Entry ${event.position}, `,
        Texts.foreign(this.view.chronicle.titles.get(event.type) || event.type),
        event.stated ? `; stated ${Calendar.longDay(Calendar.closeOf(event.stated)) || event.stated}` : null,
        `; recorded ${Calendar.longInstant(event.at)}`,
        event.recorded_by ? [" by ", Texts.foreign(event.recorded_by)] : null, ". ",
        make("code", {}, Texts.visible(event.id))));
  }

  chain(event) {
    const chain = this.links.chain(event);
    return chain.length ? [chain, ", in "] : null;
  }

  details(event) {
    if (!event.details) return null;
    return Texts.element("p", { class: "details" }, Object.entries(event.details).flatMap(([name, value], place) =>
      [place ? "; " : "", Texts.visible(name.replaceAll("_", " ")), ": ", ...this.links.parts(value)]));
  }

  withdrawn(group) {
    const { view } = this, { withdrawals } = view.chronicle;
    const gone = group.claims.filter((claim) =>
      claim.knownUntil && claim.knownUntil <= view.known && withdrawals.has(claim.knownUntil));
    if (!gone.length) return null;
    return [Texts.element("h3", {}, "Withdrawn"), Texts.element("ul", { class: "assertions gone" }, gone.map((claim) => {
      const { how, reason } = withdrawals.get(claim.knownUntil);
      const said = reason ? `: ${Texts.clipped(reason, 1000)}` : "";
      return this.assertion(claim, `${how} by entry ${claim.knownUntil}${said}`);
    }))];
  }

  history(claims) {
    if (claims.length > Reasons.LONG) return Texts.element("p", { class: "more" }, "Its history is too long to show here.");
    const periods = Periods.ofValidTime(claims);
    if (!periods.length) return null;
    const make = Texts.element, { view } = this;
    const rows = periods.map(({ since, until, answer }) => {
      const now = since <= view.at && view.at < until;
      const last = Math.min(until, Calendar.LINE_END) - 1;
      const goes = () => view.set({ at: Math.max(Math.min(last, (dayOf(since) + 1) * Calendar.DAY - 1), since) });
      return make("li", { class: now ? "now" : null, "aria-current": now ? "date" : null },
        make("button", { type: "button", click: goes }, `${Calendar.isoDay(since) || "always"} – ${Calendar.isoDay(last) && until < Calendar.FOREVER ? Calendar.isoDay(last) : "on"}`),
        " ", this.told(answer));
    });
    return [make("h3", {}, "Over time"), make("ol", { class: "history" }, rows)];
  }

  knownHistory(group) {
    const make = Texts.element, { view } = this;
    if (group.claims.length > Reasons.LONG) return null;
    const steps = Periods.ofKnownTime(group, view.at);
    if (steps.length < 2) return null;
    const known = new Map(view.chronicle.steps.map(({ position, at }) => [position, at]));
    const current = steps.filter(({ position }) => position <= view.known).pop();
    return [make("h3", {}, `What was known about ${view.day}`), make("ol", { class: "history" }, steps.map((step) =>
      make("li", { class: step === current ? "now" : null, "aria-current": step === current ? "date" : null },
        make("button", { type: "button", click: () => view.set({ known: step.position }) },
          `from ${Calendar.longInstant(known.get(step.position))}`), " ", this.told(step.answer))))];
  }

  command(group) {
    const { view } = this, { store } = view.chronicle.about;
    const text = `chronology --db ${quoted(store)} why ${group.subject} ${group.attribute} --at ${Calendar.isoDay(view.at)} --known-at ${view.known}`;
    return [Texts.element("h3", {}, "Ask the store"), Texts.element("p", {}, Texts.element("code", {}, Texts.visible(text)))];
  }
}
Reasons.LONG = 500;
Reasons.SECTIONS = [
  ["Decides", "leading"], ["Possible too", "possible"], ["Contests it", "rival", "denial"],
  ["Cannot win", "outdone"], ["Beside the point", "beside"], ["About other dates", "elsewhere"],
];

function because({ part, rule, against }) {
  const entry = against && `entry ${against.position}`;
  if (part === "leading") {
    if (rule === Explain.ALONE) return "the only one that covers the date";
    return `${rule === Explain.LATEST_START ? "it starts later than" : "it was recorded later than"} ${entry}`;
  }
  if (rule === Explain.LATEST_START) return `${entry} starts later, however the dates are read`;
  if (rule === Explain.RECORDED_LATER) return `${entry} starts no earlier and was recorded later`;
  return { possible: "its date leaves it open", denial: "says that it is not so" }[part] || "";
}

/* A word of a command line. */
function quoted(word) {
  return /^[\w./@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
