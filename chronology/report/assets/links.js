"use strict";
/* How subjects, values, documents and addresses are shown. */
class Links {
  constructor(chronicle) {
    this.chronicle = chronicle;
  }

  /* A link out, if the text is an address of the web; else only the text. */
  static to(address, label = address) {
    let url = null;
    try { url = new URL(address); } catch { /* no address */ }
    if (!url || !["https:", "http:"].includes(url.protocol) || url.username || url.password) return Texts.foreign(label);
    return Texts.element("a", { href: url.href, rel: "noreferrer noopener", target: "_blank" }, Texts.foreign(label));
  }

  /* A subject: its name, or its slug with its kind before it. */
  subject(subject) {
    const name = this.chronicle.names.get(subject);
    if (name) return Texts.element("span", { class: "named", title: Texts.visible(subject) }, Texts.foreign(name));
    const [kind, ...slug] = subject.split("/");
    return Texts.element("span", { class: "named" },
      Texts.element("span", { class: "kind" }, `${Texts.visible(kind)}/`), Texts.foreign(slug.join("/")));
  }

  /* The same in words only. */
  subjectText(subject) {
    return Texts.clipped(this.chronicle.names.get(subject) || subject, 120);
  }

  /* A word of a vocabulary, such as under_way, as people write it; any other text unchanged. */
  static word(text) {
    return /^[a-z]+(_[a-z]+)+$/.test(text) ? text.replaceAll("_", " ") : text;
  }

  static attribute(attribute) {
    return Texts.visible(attribute.replaceAll("_", " "));
  }

  /* A value, given as JSON text; null means that something ended. */
  value(text) {
    if (text === null) return [Texts.element("em", {}, "ended")];
    return this.parts(JSON.parse(text));
  }

  parts(value) {
    if (Array.isArray(value)) {
      return value.flatMap((item, place) => (place ? [", ", ...this.parts(item)] : this.parts(item)));
    }
    if (value !== null && typeof value === "object") {
      return Object.entries(value).flatMap(([name, item], place) =>
        [place ? ", " : "", Texts.foreign(name), ": ", ...this.parts(item)]);
    }
    if (typeof value !== "string") return [value === true ? "yes" : value === false ? "no" : String(value)];
    return [isSubject(value) ? this.subject(value) : Texts.foreign(Links.word(value))];
  }

  /* The same in words only. */
  valueText(text) {
    return text === null ? "ended" : Texts.element("span", {}, this.value(text)).textContent;
  }

  /* A document in a few words: who published it and when, or its slug. */
  document(source, most = 60) {
    const known = this.chronicle.sources.get(source) || {};
    if (!known.publisher) return this.subject(source);
    const date = known.published ? `, ${Calendar.longDay(Calendar.closeOf(known.published) ?? Calendar.FOREVER) || known.published}` : "";
    return Texts.element("span", { class: "named", title: Texts.visible(source) }, Texts.foreign(`${Texts.clipped(known.publisher, most)}${date}`));
  }

  /* A document as a note cites it: everything that is known of it, with its addresses. */
  citation(source) {
    const known = this.chronicle.sources.get(source) || {};
    const parts = [];
    if (known.author) parts.push(Texts.foreign(known.author), ", ");
    if (known.title) parts.push(Texts.element("cite", {}, Texts.foreign(known.title)));
    if (known.title && known.publisher) parts.push(", ");
    if (known.publisher || !known.title) parts.push(this.document(source, 300));
    if (known.url) parts.push(", ", Links.to(known.url));
    if (known.archive_url) parts.push(", ", Links.to(known.archive_url, "archived copy"));
    return parts;
  }

  /* The chain of attribution alone, the origin first. */
  chain(event) {
    return [...new Set(event.by || [])].flatMap((name, place) =>
      [place ? " via " : "", name.startsWith("source/") ? this.document(name) : this.subject(name)]);
  }

  /* Who says so: the chain of attribution, and the document. */
  saidBy(event) {
    const chain = [...new Set(event.by || [])];
    const parts = this.chain(event);
    if (event.from && !chain.includes(event.from)) parts.push(chain.length ? " via " : "", this.document(event.from));
    return parts;
  }
}

function isSubject(text) {
  return /^[a-z][a-z0-9_-]*\/[a-z0-9][a-z0-9_.-]*$/.test(text);
}
