"use strict";
/* The only way by which text reaches the page: as text nodes, with unseen characters made visible. */
const Texts = (() => {
  const MAX_MARKS = 8;
  const SVG = "http://www.w3.org/2000/svg";

  // Characters that reorder their neighbours or cannot be seen. Joiners are part of the spelling between letters of some
  // scripts and in emoji, variation selectors behind a picture or an ideograph.
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu;
  const VISIBLE_FORMATS = /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;
  const JOINABLE = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}\p{Script=Telugu}\p{Script=Tamil}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Oriya}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}\p{Extended_Pictographic}\p{M}]/u;
  const SELECTED = /[\p{Extended_Pictographic}\p{Script=Han}0-9#*]/u;
  const FLOOD = new RegExp(`\\p{M}{${MAX_MARKS + 1},}`, "gu");

  let ruler = null;

  /* Text in which unseen characters are visible, as `\u202e`, and piles of combining marks are counted. */
  function visible(text) {
    if (/^[\x20-\x7e]*$/.test(text)) return text;
    return text.replace(UNSEEN, (char, at) => (belongs(char, text, at) ? char : escaped(char)))
      .replace(FLOOD, thinned);
  }

  function belongs(char, text, at) {
    if (char === "\n" || char === "\t" || VISIBLE_FORMATS.test(char)) return true;
    if (!/[\u200c\u200d\ufe00-\ufe0f]/u.test(char)) return false;
    const before = lastOf(text.slice(Math.max(0, at - 2), at));
    return (char >= "\ufe00" ? SELECTED : JOINABLE).test(before);
  }

  const lastOf = (text) => [...text].pop() || "";

  function escaped(char) {
    const code = char.codePointAt(0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  }

  function thinned(run) {
    const marks = [...run];
    return `${marks.slice(0, MAX_MARKS).join("")}[+${marks.length - MAX_MARKS} marks]`;
  }

  /* Text cut to a number of characters, which are never cut apart from their marks. */
  function clipped(text, most) {
    const shown = visible(text).replace(/\s+/g, " ");
    if (shown.length <= most) return shown;
    return `${shown.slice(0, most).replace(/[\ud800-\udbff]$|\p{L}?\p{M}*$/u, "")}…`;
  }

  /* An element. Attributes are the page's own; `on` is followed by listeners, and children are elements or text. */
  function element(name, attributes = {}, ...children) {
    return filled(document.createElement(name), attributes, children);
  }

  function drawn(name, attributes = {}, ...children) {
    return filled(document.createElementNS(SVG, name), attributes, children);
  }

  function filled(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === "function") made.addEventListener(name, value);
      else made.setAttribute(name, value === true ? "" : String(value));
    }
    append(made, children);
    return made;
  }

  function append(parent, children) {
    for (const child of children) {
      if (Array.isArray(child)) append(parent, child);
      else if (child !== null && child !== undefined && child !== false) parent.append(child);
    }
  }

  /* Foreign text on a line with others: it cannot change their order. */
  function foreign(text, most = 300) {
    return element("bdi", { dir: "auto" }, clipped(String(text), most));
  }

  /* Foreign text as a block of its own, whole. */
  function block(name, text, attributes = {}) {
    return element(name, { dir: "auto", ...attributes }, visible(text));
  }

  function replace(parent, ...children) {
    parent.replaceChildren();
    append(parent, children);
  }

  /* The same where most of the children are there already: those stay untouched, so that nothing is laid out again. */
  function arrange(parent, wanted) {
    const kept = new Set(wanted);
    for (const child of [...parent.childNodes]) if (!kept.has(child)) child.remove();
    let place = parent.firstChild;
    for (const child of wanted) {
      if (child === place) place = place.nextSibling;
      else parent.insertBefore(child, place);
    }
  }

  /* How many pixels a text takes on one line, at a size and weight of letters. */
  function width(text, size, weight = 400) {
    ruler = ruler || document.createElement("canvas").getContext("2d");
    ruler.font = `${weight} ${size}px system-ui, "Noto Sans", "DejaVu Sans", sans-serif`;
    return ruler.measureText(text).width;
  }

  function plural(number, one, several = `${one}s`) {
    return `${number.toLocaleString("en-GB")} ${number === 1 ? one : several}`;
  }

  return { visible, clipped, element, drawn, foreign, block, replace, arrange, width, plural };
})();
