"use strict";
// All text of the corpus goes into the page by textContent: it is never read as HTML.
// A pair is [number, sent_id, source words, target words, runs]; a run has [links, flags, outcomes];
// an outcome is [label, status, start, end, places, rivals]; a place is [start, end, score, margin].
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const controls = Object.fromEntries([...$("filters").elements].filter((one) => one.id).map((one) => [one.id, one]));
let found = [];
let page = 0;

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const bdi = (text) => make("bdi", {}, text);
const words = (tokens, start, end) => tokens.slice(start, end).join("").trim();
const number = (value) => value.toFixed(2);
const run = () => Number(controls.run.value);
const other = () => (controls.other.value === "" ? null : Number(controls.other.value));

// Filters and order

function doubt(pair) {
  // 0 is the greatest doubt: an entity without a place, or one with an equal rival
  let least = 2;
  for (const [, , , , places] of pair[4][run()][2]) {
    if (!places.length) return 0;
    for (const [, , score, margin] of places) least = Math.min(least, margin === null ? score : Math.min(score, margin));
  }
  return least;
}

function isWanted(outcome) {
  const [label, status, , , places] = outcome;
  if (controls.outcome.value !== "" && status !== Number(controls.outcome.value)) return false;
  if (controls.label.value !== "" && label !== Number(controls.label.value)) return false;
  const low = controls.low.value === "" ? null : Number(controls.low.value);
  const high = controls.high.value === "" ? null : Number(controls.high.value);
  if (low === null && high === null) return true;
  return places.some(([, , score]) => (low === null || score >= low) && (high === null || score <= high));
}

function changes(pair) {
  // what another run made of each entity, by its place and label in the source, if it is something else
  if (other() === null) return new Map();
  const name = ([label, , start, end]) => `${start} ${end} ${label}`;
  const places = ([, status, , , spans]) => `${status} ${spans.map(([start, end]) => `${start}-${end}`)}`;
  const before = new Map(pair[4][other()][2].map((outcome) => [name(outcome), outcome]));
  const result = new Map();
  for (const outcome of pair[4][run()][2]) {
    const old = before.get(name(outcome));
    before.delete(name(outcome));
    if (!old || places(old) !== places(outcome)) result.set(outcome, old || null);
  }
  for (const old of before.values()) result.set(null, [...(result.get(null) || []), old]);
  return result;
}

function search() {
  const text = controls.text.value.toLocaleLowerCase();
  const flag = controls.flag.value === "" ? null : Number(controls.flag.value);
  const any = ["outcome", "label", "low", "high"].some((name) => controls[name].value !== "");
  found = data.pairs.filter((pair) => {
    const [, flags, outcomes] = pair[4][run()];
    return (!any || outcomes.some(isWanted))
      && (flag === null || flags.includes(flag))
      && (!text || pair[2].join("").toLocaleLowerCase().includes(text) || pair[3].join("").toLocaleLowerCase().includes(text))
      && (!controls.changed.checked || changes(pair).size > 0);
  });
  if (controls.sort.value === "doubt") {
    const keys = new Map(found.map((pair) => [pair, doubt(pair)]));
    found.sort((a, b) => keys.get(a) - keys.get(b));
  }
  show(0);
}

// One page of pairs

const pageSize = () => Number(controls.size.value);
const pageCount = () => Math.max(1, Math.ceil(found.length / pageSize()));

function show(wanted) {
  page = Math.min(Math.max(wanted, 0), pageCount() - 1);
  const first = page * pageSize();
  const cards = found.slice(first, first + pageSize()).map(card);
  $("pairs").replaceChildren(...cards);
  const limited = data.total > data.pairs.length ? ` (of ${data.total.toLocaleString("en")} in the corpus, those most in doubt)` : "";
  $("count").textContent = `${found.length.toLocaleString("en")} of ${data.pairs.length.toLocaleString("en")} pairs${limited}`;
  $("page").value = page + 1;
  $("page").max = pageCount();
  $("pages").textContent = `of ${pageCount().toLocaleString("en")}`;
  $("previous").disabled = page === 0;
  $("next").disabled = page === pageCount() - 1;
}

function card(pair) {
  const [place, name, source, target] = pair;
  const [links, flags, outcomes] = pair[4][run()];
  const changed = changes(pair);
  const title = make("h2", {}, make("span", {}, `Pair ${place}`));
  if (name !== null) title.append(make("span", {}, bdi(name)));
  for (const flag of flags) title.append(make("span", { class: "flag", title: data.flags[flag][1] }, `⚑ ${data.flags[flag][0]}`));
  const places = outcomes.flatMap(([label, , , , spans]) => spans.map(([start, end]) => [start, end, label, true]));
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const sides = make("div", { class: "sides" },
    sentence(source, 0, outcomes.map(([label, , start, end, spans]) => [start, end, label, spans.length > 0])),
    sentence(target, 1, places), svg);
  sides.links = links || [];
  sides.said = links ? "aligned with nothing" : "the words of this pair were not aligned";
  const list = make("ul", { class: "outcomes" });
  for (const outcome of outcomes) list.append(describe(pair, outcome, changed));
  for (const old of changed.get(null) || []) {
    list.append(make("li", {}, make("span", { class: "change" }, `only in ${data.runs[other()].name}: `, ...told(pair, old))));
  }
  const article = make("article", { class: "pair", tabindex: "-1", "aria-label": `Pair ${place}` }, title, sides);
  if (list.children.length) article.append(list);
  return article;
}

function sentence(tokens, side, entities) {
  const about = data.runs[run()];
  const [lang, dir] = side ? [about.target, about.targetDirection] : [about.source, about.sourceDirection];
  const text = make("p", { class: "text", lang, dir, "data-side": side });
  const starts = new Map(entities.map((entity) => [entity[0], entity]));
  for (let i = 0; i < tokens.length; i++) {
    const entity = starts.get(i);
    if (!entity) { text.append(...word(tokens, i)); continue; }
    const [start, end, label, placed] = entity;
    const mark = make("mark", { class: placed ? "entity" : "entity lost", tabindex: "0", "data-start": start, "data-end": end });
    for (; i < end; i++) mark.append(...(i === end - 1 ? word(tokens, i).slice(0, 1) : word(tokens, i)));
    i = end - 1;
    mark.style.setProperty("--colour", data.labels[label][1]);
    mark.append(" ", make("span", { class: "tag" }, data.labels[label][0], ...(placed ? [] : [make("span", { class: "unseen" }, " without a place")])));
    text.append(mark, word(tokens, end - 1)[1] || "");
  }
  return text;
}

function word(tokens, i) {
  const trimmed = tokens[i].trimEnd();
  const span = make("span", { class: "w", "data-i": i, tabindex: "-1" }, trimmed || tokens[i]);
  return trimmed ? [span, tokens[i].slice(trimmed.length)] : [span];
}

function told(pair, [label, status, start, end, places, rivals]) {
  const chip = make("span", { class: "label" }, data.labels[label][0]);
  chip.style.setProperty("--colour", data.labels[label][1]);
  const parts = [chip, " ", bdi(words(pair[2], start, end))];
  const [name, meaning] = data.statuses[status];
  for (const [from, to, score, margin] of places) {
    const sure = margin === null ? "" : `, margin ${number(margin)}`;
    parts.push(" → ", bdi(words(pair[3], from, to)), ` (score ${number(score)}${sure})`);
  }
  parts.push(" · ", make("span", { class: places.length ? "status" : "status not" }, name));
  if (!places.length) parts.push(`: ${meaning}`);
  if (rivals.length) {
    const line = make("span", { class: "more" }, places.length ? "rivals: " : "best places: ");
    rivals.forEach(([from, to, score], i) => line.append(i ? ", " : "", bdi(words(pair[3], from, to)), ` ${number(score)}`));
    parts.push(line);
  }
  return parts;
}

function describe(pair, outcome, changed) {
  const item = make("li", {}, ...told(pair, outcome));
  if (changed.has(outcome)) {
    const old = changed.get(outcome);
    const line = make("span", { class: "change" }, `${data.runs[other()].name}: `);
    line.append(...(old ? told(pair, old) : ["no such entity"]));
    item.append(line);
  }
  return item;
}

// Lines between aligned words

function erase() {
  for (const svg of document.querySelectorAll(".sides svg")) svg.replaceChildren();
  for (const element of document.querySelectorAll(".linked")) element.classList.remove("linked");
}

function linked(sides, side, start, end) {
  const { links } = sides;
  const rows = [];
  for (let i = 0; i < links.length; i += 3) {
    const here = links[i + side];
    if (here >= start && here < end) rows.push([here, links[i + 1 - side], links[i + 2] / 100]);
  }
  return rows.sort((a, b) => b[2] - a[2]);
}

const wordAt = (sides, side, i) => sides.querySelector(`.text[data-side="${side}"] .w[data-i="${i}"]`);

function draw(element, speak) {
  erase();
  const text = element.closest(".text");
  if (!text) return;
  const sides = text.parentElement;
  const side = Number(text.dataset.side);
  const chosen = element.closest(".w") || element.closest(".entity");
  if (!chosen) return;
  const start = Number(chosen.dataset.i ?? chosen.dataset.start);
  const end = chosen.dataset.i === undefined ? Number(chosen.dataset.end) : start + 1;
  const svg = sides.querySelector("svg");
  const frame = sides.getBoundingClientRect();
  const beside = getComputedStyle(sides).gridTemplateColumns.split(" ").length > 1;
  const rows = linked(sides, side, start, end);
  for (const [here, there, weight] of rows) {
    const ends = [wordAt(sides, side, here), wordAt(sides, 1 - side, there)];
    ends.forEach((one) => one.classList.add("linked"));
    const [left, right] = (side ? ends.reverse() : ends).map((one) => one.getClientRects()[0]);
    const line = document.createElementNS(SVG, "line");
    const points = beside
      ? [left.right, left.top + left.height / 2, right.left, right.top + right.height / 2]
      : [left.left + left.width / 2, left.bottom, right.left + right.width / 2, right.top];
    ["x1", "y1", "x2", "y2"].forEach((key, i) => line.setAttribute(key, points[i] - (i % 2 ? frame.top : frame.left)));
    line.setAttribute("stroke-width", 1 + 3 * weight);
    svg.append(line);
  }
  if (speak) {
    const names = rows.slice(0, 4).map(([, there, weight]) => `${wordAt(sides, 1 - side, there).textContent} ${number(weight)}`);
    $("said").textContent = names.length ? `aligned with ${names.join(", ")}` : sides.said;
  }
}

$("pairs").addEventListener("pointerover", (event) => draw(event.target, false));
$("pairs").addEventListener("pointerleave", () => erase());
$("pairs").addEventListener("focusin", (event) => draw(event.target, true));
$("pairs").addEventListener("focusout", () => erase());
window.addEventListener("resize", erase);

// Keys

function step(by) {
  const cards = [...document.querySelectorAll(".pair")];
  let next = cards.indexOf(document.activeElement.closest(".pair")) + by;
  if (by < 0 && next < -1) next = 0;
  if (next >= cards.length && page < pageCount() - 1) { show(page + 1); step(1); return; }
  if (next < 0 && page > 0) { show(page - 1); next = pageSize() - 1; }
  const all = [...document.querySelectorAll(".pair")];
  focus(all[Math.min(Math.max(next, 0), all.length - 1)]);
}

function focus(element) {
  if (!element) return;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

function move(key) {
  const article = document.activeElement.closest(".pair");
  if (!article) return false;
  const sides = article.querySelector(".sides");
  const active = document.activeElement;
  const current = active.closest(".w") || active.querySelector(".w") || wordAt(sides, 0, 0);
  if (!current) return false;
  const text = current.closest(".text");
  const side = Number(text.dataset.side);
  const i = Number(current.dataset.i);
  if (key === "ArrowUp" || key === "ArrowDown") {
    const [best] = linked(sides, side, i, i + 1);
    focus(wordAt(sides, 1 - side, best ? best[1] : 0));
  } else {
    const backward = (key === "ArrowLeft") !== (getComputedStyle(text).direction === "rtl");
    focus(active === current ? wordAt(sides, side, i + (backward ? -1 : 1)) : current);
  }
  return true;
}

const keys = {
  j: () => step(1),
  k: () => step(-1),
  "]": () => { show(page + 1); step(1); },
  "[": () => { show(page - 1); step(1); },
  "/": () => focus(controls.text),
  "?": () => help(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const handled = event.key.startsWith("Arrow") ? move(event.key) : $("keys").checked && event.key in keys;
  if (!handled) return;
  event.preventDefault();
  if (!event.key.startsWith("Arrow")) keys[event.key]();
});

// Controls

function help() {
  $("help").showModal();
}

function choose(select, options) {
  select.replaceChildren(...options.map(([value, text]) => make("option", { value }, text)));
}

function fill() {
  const counts = { outcome: new Map(), label: new Map(), flag: new Map() };
  const add = (name, key) => counts[name].set(key, (counts[name].get(key) || 0) + 1);
  for (const pair of data.pairs) {
    const [, flags, outcomes] = pair[4][run()];
    for (const [label, status] of outcomes) { add("outcome", status); add("label", label); }
    for (const flag of flags) add("flag", flag);
  }
  for (const [name, rows] of [["outcome", data.statuses], ["label", data.labels], ["flag", data.flags]]) {
    const kept = controls[name].value;
    const options = rows.map(([text], i) => [i, `${text} (${(counts[name].get(i) || 0).toLocaleString("en")})`]);
    choose(controls[name], [["", "all"], ...options]);
    controls[name].value = kept;
  }
}

function theme() {
  const order = [["", "automatic"], ["light", "light"], ["dark", "dark"]];
  const now = order.findIndex(([name]) => name === (document.documentElement.dataset.theme || ""));
  const [name, text] = order[(now + 1) % order.length];
  if (name) document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  $("theme").textContent = `Colours: ${text}`;
}

function start() {
  choose(controls.run, data.runs.map(({ name }, i) => [i, name]));
  choose(controls.other, [["", "none"], ...data.runs.map(({ name }, i) => [i, name])]);
  for (const one of document.querySelectorAll(".several")) one.hidden = data.runs.length < 2;
  if (data.runs.length > 1) controls.other.value = 1;
  for (const [name, meaning] of [...data.statuses, ...data.flags]) {
    $("meanings").append(make("dt", {}, name), make("dd", {}, meaning));
  }
  fill();
  let timer = null;
  $("filters").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("filters").addEventListener("reset", () => setTimeout(() => { start.again(); search(); }));
  controls.run.addEventListener("change", fill);
  $("theme").addEventListener("click", theme);
  $("help-button").addEventListener("click", help);
  $("previous").addEventListener("click", () => show(page - 1));
  $("next").addEventListener("click", () => show(page + 1));
  $("page").addEventListener("change", () => show(Number($("page").value) - 1));
  search();
}

start.again = () => {
  if (data.runs.length > 1) controls.other.value = 1;
  fill();
};

start();
})();
