"use strict";
/* How many answers there are, for the eye at once; for the ear with what changed, when the reader has come to rest. */
class Summary {
  constructor(view, links, shown, spoken) {
    this.view = view;
    this.links = links;
    this.shown = shown;
    this.spoken = spoken;
    this.before = null;
    this.timer = 0;
  }

  render(answers) {
    const { view } = this;
    const count = (test) => answers.filter(({ answer }) => test(answer)).length;
    const contested = count((answer) => answer.contested), open = count((answer) => !answer.certain);
    this.shown.textContent = `At the close of ${view.day}, as known on ${view.knownText}: `
      + `${Texts.plural(answers.length, "answer")}, ${open.toLocaleString("en-GB")} not certain, `
      + `${contested.toLocaleString("en-GB")} contested.`;
    // A slider that goes through a hundred days is one announcement.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.speak(answers), this.before ? Summary.REST : 0);
  }

  speak(answers) {
    const now = new Map(answers.map((found) => [found.group, { found, told: toldOf(found.answer) }]));
    // At first there is nothing to compare with, and the reader reads the page anyway.
    if (this.before) this.spoken.textContent = `${this.shown.textContent} ${this.changes(this.before, now)}`;
    this.before = now;
  }

  changes(before, now) {
    const changed = [];
    for (const [group, { found, told }] of now) {
      if (before.get(group)?.told !== told) changed.push(() => this.telling(group, found.answer));
    }
    for (const group of before.keys()) if (!now.has(group)) changed.push(() => this.telling(group, null));
    if (!changed.length) return "No answer changed.";
    const named = changed.slice(0, Summary.NAMED).map((told) => told()).join("; ");
    const rest = changed.length - Summary.NAMED;
    return `Changed: ${named}${rest > 0 ? `; and ${Texts.plural(rest, "more answer")}` : ""}.`;
  }

  telling(group, answer) {
    const of = `${this.links.subjectText(group.subject)}, ${Links.attribute(group.attribute)}`;
    // A filter leaves an answer out as well as a date does.
    if (!answer) return `${of}: no longer shown`;
    const { claim } = answer.parties[0];
    const value = claim ? Texts.clipped(this.links.valueText(claim.value), 80) : "nothing known";
    return `${of}: ${value}, ${standingText(answer, answer.parties[0])}`;
  }
}
Summary.REST = 700;
Summary.NAMED = 3;

function toldOf(answer) {
  return [answer.certain, answer.contested, ...answer.parties.map(({ claim, standing }) => `${standing}${claim ? claim.key : ""}`)].join(" ");
}
