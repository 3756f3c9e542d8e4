"use strict";
/* The state at the two dates, as a table: every answer with all of its parties. */
class AnswerTable {
  constructor(view, links, parent, filters) {
    this.view = view;
    this.links = links;
    this.parent = parent;
    this.makeFilters(filters);
    this.makeTable();
  }

  makeFilters(form) {
    const { view } = this, make = Texts.element;
    const kinds = [...new Set(view.chronicle.subjects.map((subject) => subject.split("/", 1)[0]))].sort();
    const option = (value, text) => make("option", { value }, text);
    this.search = make("input", {
      type: "search", "aria-label": "Search", placeholder: "Search", input: () => view.set({ q: this.search.value }) });
    this.kind = make("select", { "aria-label": "Kinds of subjects", change: () => view.set({ kind: this.kind.value }) },
      option("", "All but documents"), option("*", "Everything"),
      kinds.map((kind) => option(kind, Texts.visible(kind))));
    this.show = make("select", { "aria-label": "Answers shown", change: () => view.set({ show: this.show.value }) },
      option("", "All answers"), option("contested", "Contested"), option("possible", "Not certain"));
    form.addEventListener("submit", (event) => event.preventDefault());
    Texts.replace(form, this.search, this.kind, this.show);
  }

  /* Work out the answers, and show a page of them. Returns all that the filters admit. */
  render() {
    const { view } = this;
    const all = view.chronicle.answers(view.at, view.known).filter(({ group }) => view.admits(group));
    const shown = all.filter(({ answer }) =>
      view.show === "contested" ? answer.contested : view.show === "possible" ? !answer.certain : true);
    // A small state stands on one page; of a large one, so many as a slider can make anew without a halt.
    const size = shown.length <= AnswerTable.WHOLE ? AnswerTable.WHOLE : AnswerTable.PAGE;
    const pages = Math.max(1, Math.ceil(shown.length / size));
    const page = Math.min(view.page, pages - 1);
    const some = shown.slice(page * size, (page + 1) * size);
    this.syncFilters();
    this.fill(some);
    this.empty.hidden = shown.length > 0;
    this.table.hidden = !shown.length;
    Texts.replace(this.pages, this.pager(page, pages));
    return all;
  }

  syncFilters() {
    const { view } = this;
    if (document.activeElement !== this.search) this.search.value = view.q;
    this.kind.value = view.kind;
    this.show.value = view.show;
  }

  /* The table without answers. */
  makeTable() {
    const make = Texts.element;
    const head = ["", "Value", "Standing", "Said by", "Date given"].map((text, place) =>
      make("th", { scope: "col", role: "columnheader", class: place === 4 ? "given" : null }, place ? text : make("span", { class: "unseen" }, "Attribute")));
    this.caption = make("caption", { class: "unseen" });
    this.table = make("table", { class: "answers", role: "table" }, this.caption,
      make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, head)));
    this.empty = make("p", { class: "nothing" }, "Nothing is known to have held then, within these filters.");
    this.pages = make("div");
    this.bodies = new Map();
    Texts.replace(this.parent, this.table, this.empty, this.pages);
  }

  /* Show answers; what is shown of a subject is made anew only where it differs from before, for a slider is impatient. */
  fill(answers) {
    const { view } = this, bySubject = new Map();
    for (const found of answers) {
      if (!bySubject.has(found.group.subject)) bySubject.set(found.group.subject, []);
      bySubject.get(found.group.subject).push(found);
    }
    const bodies = new Map();
    for (const [subject, some] of bySubject) {
      const told = some.map((found) => this.signature(found)).join("\n"), kept = this.bodies.get(subject);
      const body = kept && kept.told === told ? kept.body : this.body(subject, some);
      bodies.set(subject, { told, body });
    }
    Texts.arrange(this.table, [this.caption, this.table.tHead, ...[...bodies.values()].map(({ body }) => body)]);
    this.bodies = bodies;
    for (const row of this.table.querySelectorAll("tr[data-why]")) row.classList.toggle("chosen", row.dataset.why === view.why);
    this.caption.textContent = `What held at the close of ${view.day}, as known on ${view.knownText}`;
  }

  /* All on which the rows of an answer depend. */
  signature({ group, answer }) {
    const { view } = this;
    const parties = answer.parties.map(({ claim, standing }) => `${standing}${claim ? claim.key : "-"}`);
    const counted = parties.length > 1 ? `${view.at} ${view.known}` : "";
    return [group.attribute, answer.certain, answer.contested, counted, ...parties].join(" ");
  }

  body(subject, answers) {
    return Texts.element("tbody", { role: "rowgroup" }, this.subjectRow(subject), answers.map((found) => this.rows(found)));
  }

  subjectRow(subject) {
    const make = Texts.element, name = this.view.chronicle.names.get(subject);
    const slug = name ? make("span", { class: "slug" }, Texts.foreign(subject)) : null;
    return make("tr", { class: "subject", role: "row" },
      make("th", { colspan: 5, scope: "rowgroup", role: "rowheader" }, this.links.subject(subject), slug));
  }

  rows({ group, claims, answer }) {
    const make = Texts.element, { view } = this;
    const why = `${group.subject}:${group.attribute}`;
    const several = answer.parties.length > 1 ? Explain.support(claims, view.at) : null;
    return answer.parties.map((party, place) => {
      const event = party.claim && view.chronicle.eventOf(party.claim);
      const heading = place ? null : make("th",
        { scope: "row", rowspan: answer.parties.length, role: "rowheader" }, Links.attribute(group.attribute));
      return make("tr", { class: this.rowClass(answer, party), role: "row", "data-why": why },
        heading,
        make("td", { class: "value", role: "cell" }, this.valueButton(group, party, answer, why)),
        make("td", { class: "standing", role: "cell" }, standingText(answer, party)),
        make("td", { class: "said", role: "cell" }, event ? this.links.saidBy(event) : null,
          event && event.grade ? make("span", { class: "grade", title: "Admiralty grade" }, ` · ${Texts.visible(event.grade)}`) : null,
          several && event && several.get(party.claim.value) > 1 && party.claim.role === Resolve.AFFIRMS
            ? make("span", { class: "grade" }, ` · ${several.get(party.claim.value)} origins`) : null),
        make("td", { class: "given", role: "cell" }, event ? Texts.foreign(event.valid || "", 60) : null));
    });
  }

  rowClass(answer, party) {
    return `${party.standing} ${answer.certain ? "certain" : "open"}${answer.contested ? " contested" : ""}`;
  }

  valueButton(group, party, answer, why) {
    const make = Texts.element;
    const mark = make("span", { class: "mark", "aria-hidden": "true" });
    const about = `, ${standingText(answer, party)}: why?`;
    return make("button", { type: "button", click: () => this.view.set({ why }), "aria-haspopup": "dialog" },
      mark, this.partyValue(party), make("span", { class: "unseen" }, about));
  }

  partyValue({ claim }) {
    if (!claim) return Texts.element("em", {}, "nothing known");
    if (claim.role === Resolve.DISPUTES) return Texts.element("em", {}, "disputed");
    const value = this.links.value(claim.value);
    return Texts.element("span", {}, claim.role === Resolve.DENIES ? ["not ", ...value] : value);
  }

  pager(page, pages) {
    if (pages < 2) return null;
    const make = Texts.element;
    const turn = (to, text) =>
      make("button", { type: "button", disabled: to < 0 || to >= pages, click: () => this.view.set({ page: to }) }, text);
    return make("nav", { class: "pager", "aria-label": "Pages of answers" },
      turn(page - 1, "Previous"), ` Page ${page + 1} of ${pages} `, turn(page + 1, "Next"));
  }
}
AnswerTable.WHOLE = 60;
AnswerTable.PAGE = 30;

/* What a party is to an answer, in words. */
function standingText(answer, { standing, claim }) {
  if (standing === Resolve.LEADING) {
    return `${answer.certain ? "certain" : "possible"}${answer.contested ? ", contested" : ""}`;
  }
  if (standing === Resolve.POSSIBLE) return "or possibly";
  if (standing === Resolve.RIVAL) return "contested by";
  return claim.role === Resolve.DENIES ? "denied" : "disputed";
}
