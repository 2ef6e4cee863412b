"use strict";
/* The replay page: everything is worked out from the rows below; scores are whole hundredths, so that every number here
   is the one that the command line prints. Text of messages only ever goes into text nodes. */
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const SENT = 1, JUDGED = 2, ACTED = 4, PAGE = 50, BIN = 25;
  const [DATE, SCORE, CLASS, FLAGS, RELATION, LANGUAGE, TEMPLATE, FROM, NAME, SUBJECT, FILE, LABEL, HITS, TEXT] =
    Array.from({ length: 14 }, (_, i) => i);
  const $ = (id) => document.getElementById(id);
  const received = data.rows.filter((row) => !(row[FLAGS] & SENT));
  const deciding = received.filter((row) => (row[FLAGS] & JUDGED) && (row[FLAGS] & ACTED));
  const highest = received.reduce((most, row) => Math.max(most, row[SCORE]), 0);
  const axis = Math.min(2000, Math.max(1200, Math.ceil(highest / 100) * 100));
  const shownClasses = ["cold", "linkedin", "template", "policy", "digest"];
  const titles = { cold: "cold outreach", linkedin: "LinkedIn", template: "templates", policy: "policy", digest: "digests", clean: "nothing cold" };
  const relationTitles = { unknown: "not known", stranger: "strangers", known: "you wrote to them", mutual: "you write to each other" };
  const rowRelations = { unknown: "nothing is known of the sender", stranger: "from a stranger", known: "you wrote to the sender before", mutual: "you write to each other" };
  const state = { at: data.tagAt, reject: data.rejectAt, show: "near", class: "", search: "", family: "", sort: "", down: true, limit: PAGE };

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "class") made.className = value;
      else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };
  const score = (hundredths) => (hundredths / 100).toFixed(2);
  const number = (value) => value.toLocaleString("en");
  const share = (part, whole) => (whole ? (100 * part / whole).toFixed(1) : "0.0") + "\u202f%";
  const day = (seconds) => (seconds ? new Date(seconds * 1000).toISOString().slice(0, 10) : "no date");
  const className = (row) => data.classes[row[CLASS]];
  const isTagged = (row) => (row[FLAGS] & SENT) === 0 && (row[FLAGS] & JUDGED) !== 0 && (row[FLAGS] & ACTED) !== 0 && row[SCORE] >= state.at;
  const isKnown = (row) => ["known", "mutual"].includes(data.relations[row[RELATION]]);
  const bdi = (text) => element("bdi", {}, text);

  const tile = (title, count, style) => element("li", { class: style }, element("b", {}, number(count)), title);

  function showAnswer(tagged) {
    const known = tagged.filter(isKnown).length;
    const tiles = [];
    $("tagged").textContent = number(tagged.length);
    $("received").textContent = number(received.length);
    for (const name of shownClasses) {
      const count = tagged.filter((row) => className(row) === name).length;
      if (count || ["cold", "linkedin", "template"].includes(name)) tiles.push(tile(titles[name], count, "of-" + name));
    }
    tiles.push(tile("from people you know", known, known ? "warn" : "good"));
    tiles.push(tile("of all mail", 0, ""));
    tiles[tiles.length - 1].firstChild.textContent = share(tagged.length, received.length);
    if (data.labels) {
      tiles.push(tile("that you called good", tagged.filter((row) => row[LABEL] === 1).length, "warn"));
      tiles.push(tile("that you called bad", tagged.filter((row) => row[LABEL] === 2).length, "good"));
    }
    $("tiles").replaceChildren(...tiles);
  }

  /* Bars are counted once; only where the line stands changes. */
  const bins = Array.from({ length: axis / BIN }, () => new Map());
  for (const row of received) {
    const bin = bins[Math.max(0, Math.min(bins.length - 1, Math.floor(row[SCORE] / BIN)))];
    const name = (row[FLAGS] & ACTED) && (row[FLAGS] & JUDGED) ? className(row) : "clean";
    bin.set(name, (bin.get(name) || 0) + 1);
  }
  const svg = (name, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };

  function drawHistogram() {
    const totals = bins.map((bin) => [...bin.values()].reduce((sum, count) => sum + count, 0));
    const most = Math.sqrt(Math.max(1, ...totals)), picture = $("histogram");
    picture.setAttribute("viewBox", "0 0 1000 100");
    bins.forEach((bin, index) => {
      const height = 96 * Math.sqrt(totals[index]) / most;
      let y = 100;
      for (const name of ["clean", ...shownClasses]) {
        const count = bin.get(name) || 0, part = totals[index] ? Math.max(count ? .8 : 0, height * count / totals[index]) : 0;
        if (!count) continue;
        y -= part;
        const bar = svg("rect", { x: index * 1000 / bins.length + 1, y, width: 1000 / bins.length - 2, height: part, class: "of-" + name });
        const title = svg("title", {});
        title.textContent = `${index ? score(index * BIN) : "below " + score(BIN)} ${index ? "to " + score(index * BIN + BIN - 1) : ""}: ${number(count)} ${titles[name]}`;
        bar.dataset.from = index * BIN;
        bar.append(title);
        picture.append(bar);
      }
    });
    for (let at = 0; at <= axis; at += 100)
      if (axis <= 1500 || at % 200 === 0) $("ticks").append(element("span", { style: `left:${100 * at / axis}%` }, String(at / 100)));
    for (const name of ["clean", ...shownClasses])
      if (bins.some((bin) => bin.has(name))) $("legend").append(element("li", { class: "of-" + name }, element("i"), titles[name]));
    $("legend").append(element("li", {}, "heights grow with the square root, so that few are seen beside many"));
  }

  function showLine() {
    const place = 100 * Math.min(state.at, axis) / axis;
    $("line").style.left = place + "%";
    $("line-label").textContent = "tag at " + score(state.at);
    $("threshold").value = state.at;
    $("threshold").setAttribute("aria-valuetext", score(state.at));
    $("reset").hidden = state.at === data.tagAt;
    $("reset").textContent = "Back to the configured " + score(data.tagAt);
    for (const bar of $("histogram").children) bar.classList.toggle("under", Number(bar.dataset.from) + BIN <= state.at);
  }

  function showConfig() {
    const lines = ["inbound = {", `\ttag_at = ${score(state.at)};`];
    if (state.reject !== null) lines.push(`\treject_at = ${score(state.reject)};`);
    $("config").textContent = [...lines, "};"].join("\n");
    $("rejecting").checked = state.reject !== null;
    $("reject").disabled = state.reject === null;
    $("rejected").textContent = state.reject === null ? "Nothing is rejected: a good beginning." :
      `${number(deciding.filter((row) => row[SCORE] >= state.reject).length)} messages would have been rejected.`;
  }

  /* By day, month or year, whatever gives a readable number of bars. */
  const dated = received.filter((row) => row[DATE]);
  const first = dated.length ? dated[0][DATE] : 0, last = dated.length ? dated[dated.length - 1][DATE] : 0;
  const digits = last - first < 62 * 86400 ? 10 : last - first < 3 * 366 * 86400 ? 7 : 4;
  const period = (row) => day(row[DATE]).slice(0, digits);

  function periods() {
    const names = [];
    const end = new Date(last * 1000).toISOString().slice(0, digits);
    for (const at = new Date(first * 1000); dated.length; ) {
      const name = at.toISOString().slice(0, digits);
      names.push(name);
      if (name >= end) break;
      if (digits === 10) at.setUTCDate(at.getUTCDate() + 1);
      else if (digits === 7) at.setUTCMonth(at.getUTCMonth() + 1, 1);
      else at.setUTCFullYear(at.getUTCFullYear() + 1, 0, 1);
    }
    return names;
  }
  const periodNames = periods();
  const allInPeriod = new Map();
  for (const row of dated) allInPeriod.set(period(row), (allInPeriod.get(period(row)) || 0) + 1);

  function showTimeline(tagged) {
    const counts = new Map(periodNames.map((name) => [name, new Map()]));
    let most = 1;
    for (const row of tagged) {
      const counted = row[DATE] ? counts.get(period(row)) : undefined;
      if (!counted) continue;
      counted.set(className(row), (counted.get(className(row)) || 0) + 1);
      most = Math.max(most, [...counted.values()].reduce((sum, count) => sum + count, 0));
    }
    const every = Math.ceil(periodNames.length / Math.max(3, Math.floor($("timeline").clientWidth / 76)));
    $("timeline").replaceChildren(...periodNames.map((name, index) => {
      const column = element("div"), counted = counts.get(name);
      const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
      column.title = `${name}: ${number(total)} of ${number(allInPeriod.get(name) || 0)} tagged`;
      for (const kind of shownClasses)
        if (counted.get(kind)) column.append(element("b", { class: "of-" + kind, style: `height:${100 * counted.get(kind) / most}%` }));
      if (index % every === 0) column.append(element("span", {}, name));
      return column;
    }));
    $("timeline").setAttribute("aria-label", `Tagged messages over time, at most ${most} in one ${digits === 10 ? "day" : digits === 7 ? "month" : "year"}`);
  }

  const bar = (title, count, whole) => [element("span", {}, title), element("span", { class: "track" },
    element("i", { style: `width:${whole ? 100 * count / whole : 0}%` })), element("em", {}, share(count, whole))];

  function showShares(tagged) {
    const families = new Map(), languages = new Map(), relations = new Map();
    const add = (map, key) => map.set(key, (map.get(key) || 0) + 1);
    const sorted = (map) => [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    for (const row of tagged) {
      new Set(row[HITS].filter((hit) => hit[1] > 0).map((hit) => data.rules[hit[0]][1])).forEach((name) => add(families, name));
      add(languages, row[LANGUAGE] || "none in particular");
    }
    for (const row of received) add(relations, data.relations[row[RELATION]]);
    $("families").replaceChildren(...sorted(families).slice(0, 12).map(([name, count]) => {
      const button = element("button", { type: "button", "aria-pressed": String(state.family === name) }, ...bar(name, count, tagged.length));
      button.addEventListener("click", () => change({ family: state.family === name ? "" : name, show: "tagged" }));
      return element("li", {}, button);
    }));
    $("languages").replaceChildren(...sorted(languages).slice(0, 14).map(([name, count]) =>
      element("li", { class: "bar" }, ...bar(name, count, tagged.length))));
    $("relations").replaceChildren(...sorted(relations).map(([name, count]) =>
      element("li", { class: "bar" }, ...bar(relationTitles[name] || name, count, received.length))));
  }

  /* The words of a row in small letters, made when they are first searched. */
  const haystacks = new WeakMap();
  const haystack = (row) => {
    if (!haystacks.has(row)) {
      const words = [row[FROM], row[NAME], row[SUBJECT], row[FILE], className(row), row[LANGUAGE], row[TEXT] || ""];
      for (const hit of row[HITS]) words.push(data.rules[hit[0]][0], hit[3] + hit[2] + hit[4]);
      haystacks.set(row, words.join("\n").toLowerCase());
    }
    return haystacks.get(row);
  };

  const choices = {
    tagged: isTagged,
    clean: (row) => !(row[FLAGS] & SENT) && !isTagged(row), known: (row) => isTagged(row) && isKnown(row),
    labelled: (row) => row[LABEL] > 0, sent: (row) => (row[FLAGS] & SENT) !== 0, all: () => true,
  };

  function chosenRows() {
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const base = state.show === "near" ? deciding : data.rows.filter(choices[state.show]);
    const rows = base.filter((row) => (!state.class || className(row) === state.class) &&
      (!state.family || row[HITS].some((hit) => hit[1] > 0 && data.rules[hit[0]][1] === state.family)) &&
      words.every((word) => haystack(row).includes(word)));
    const order = state.sort || (state.show === "near" ? "near" : state.show === "tagged" || state.show === "clean" ? "score" : "date");
    const compare = {
      near: (a, b) => Math.abs(a[SCORE] - state.at) - Math.abs(b[SCORE] - state.at),
      score: (a, b) => a[SCORE] - b[SCORE], date: (a, b) => a[DATE] - b[DATE],
      from: (a, b) => (a[FROM] < b[FROM] ? -1 : a[FROM] > b[FROM] ? 1 : 0),
    }[order];
    const sign = order !== "near" && state.down ? -1 : 1;
    for (const head of document.querySelectorAll("th[aria-sort]"))
      head.setAttribute("aria-sort", head.firstElementChild.dataset.sort === order ? (sign < 0 ? "descending" : "ascending") : "none");
    rows.sort((a, b) => sign * compare(a, b));
    return order === "near" && !state.search ? rows.filter(fewOfEach()) : rows;
  }

  /* As on the command line: no sender fills the list of the nearest alone. */
  function fewOfEach() {
    const seen = new Map();
    return (row) => {
      seen.set(row[FROM], (seen.get(row[FROM]) || 0) + 1);
      return seen.get(row[FROM]) <= 2;
    };
  }

  const excerpt = (hit) => [bdi(hit[3] ? "\u2026" + hit[3] : ""), element("mark", {}, bdi(hit[2])), bdi(hit[4] ? hit[4] + "\u2026" : "")];

  function evidence(row) {
    const list = element("ul", { class: "evidence" });
    for (const hit of row[HITS]) {
      const [id, family, describe] = data.rules[hit[0]];
      const item = element("div", {}, describe + (hit[5] ? " (in shadow: counts nothing)" : ""), " ", element("code", {}, `${id} \u00b7 ${family}`));
      if (hit[2]) item.append(element("p", {}, ...excerpt(hit)));
      list.append(element("li", {}, element("span", { class: "worth" + (hit[1] < 0 ? " less" : "") }, (hit[1] > 0 ? "+" : "") + score(hit[1])), item));
    }
    const box = element("div", {}, list, element("p", { class: "quiet" }, `${rowRelations[data.relations[row[RELATION]]]} \u00b7 `, bdi(row[FILE])));
    if (row[TEXT]) box.append(element("pre", { class: "text", tabindex: "0", "aria-label": "Text of the message" }, row[TEXT]));
    return box;
  }

  function tableRow(row) {
    const subject = element("button", { type: "button", class: "subject", "aria-expanded": "false" }, bdi(row[SUBJECT] || "(no subject)"));
    const what = element("td", { class: "what" }, subject);
    const strongest = row[HITS].find((hit) => hit[1] > 0 && hit[3] + hit[4]) || row[HITS].find((hit) => hit[1] > 0 && hit[2]);
    const from = element("td", { class: "from" }, bdi(row[NAME] || row[FROM] || "(nobody)"));
    if (row[NAME]) from.append(element("small", {}, bdi(row[FROM])));
    if (row[LABEL]) subject.after(element("span", { class: "opinion" }, row[LABEL] === 1 ? "you: good" : "you: bad"));
    const short = strongest ? element("p", { class: "excerpt" }, ...excerpt(strongest)) : null;
    if (short) what.append(short);
    let details = null;
    subject.addEventListener("click", () => {
      const open = subject.getAttribute("aria-expanded") !== "true";
      subject.setAttribute("aria-expanded", String(open));
      if (!details) what.append(details = evidence(row));
      details.hidden = !open;
      if (short) short.hidden = open;
    });
    return element("tr", { class: isTagged(row) ? "" : "under" },
      element("td", { class: "number" }, score(row[SCORE])), element("td", { class: "date" }, day(row[DATE])),
      element("td", {}, element("span", { class: "badge of-" + className(row) }, className(row))), from, what);
  }

  function showRows() {
    const rows = chosenRows();
    $("rows").replaceChildren(...rows.slice(0, state.limit).map(tableRow));
    $("count").textContent = `${number(rows.length)} ${rows.length === 1 ? "message" : "messages"}` +
      (rows.length > state.limit ? `, the first ${number(state.limit)} shown` : "");
    $("more").hidden = rows.length <= state.limit;
    $("clear").hidden = !(state.family || state.class || state.search);
    $("clear").textContent = state.family ? `Without "${state.family}"` : "All of them";
  }

  function showNotes() {
    const notes = [];
    if (data.moreLines) notes.push("The configuration has thresholds of their own for some classes or people; this page draws one line for all.");
    if (data.undated) notes.push(`${number(data.undated)} messages have no date that could be read; they came first.`);
    if (data.repeated) notes.push(`${number(data.repeated)} messages were found twice and counted once.`);
    if (data.interrupted) notes.push("The replay was interrupted: later mail is missing.");
    if (data.omitted) notes.push(`${number(data.omitted)} messages with the lowest scores are not in this page.`);
    if (data.unreadable) notes.push(`${number(data.unreadable)} could not be read: ${data.failures.join("; ")}`);
    notes.push(`Made by coldshoulder ${data.version} on ${day(data.made)}. The threshold moves only the line: what was learned on the way is ` +
      `that of the configured ${score(data.tagAt)}. This page holds addresses and words of your mail; it fetches and sends nothing.`);
    $("notes").replaceChildren(element("ul", {}, ...notes.map((note) => element("li", {}, note))));
  }

  let waiting = 0;
  function change(changes) {
    Object.assign(state, { limit: PAGE }, changes);
    if (!waiting) waiting = requestAnimationFrame(show);
  }
  function show() {
    waiting = 0;
    const tagged = deciding.filter((row) => row[SCORE] >= state.at);
    showAnswer(tagged);
    showLine();
    showConfig();
    showTimeline(tagged);
    showShares(tagged);
    showRows();
    for (const name of ["show", "class", "search"]) if ($(name).value !== state[name]) $(name).value = state[name];
  }

  function moveTo(event) {
    const box = $("plot").getBoundingClientRect();
    const at = Math.round((event.clientX - box.left) / box.width * axis / 5) * 5;
    change({ at: Math.max(0, Math.min(axis, at)) });
  }

  function listen() {
    $("threshold").max = axis;
    $("threshold").addEventListener("input", (event) => change({ at: Number(event.target.value) }));
    $("plot").addEventListener("pointerdown", (event) => {
      if (event.target === $("threshold") || event.button !== 0) return;
      $("plot").setPointerCapture(event.pointerId);
      moveTo(event);
    });
    $("plot").addEventListener("pointermove", (event) => $("plot").hasPointerCapture(event.pointerId) && moveTo(event));
    $("reset").addEventListener("click", () => change({ at: data.tagAt }));
    $("rejecting").addEventListener("change", (event) => change({ reject: event.target.checked ? Math.round(Number($("reject").value) * 100) : null }));
    $("reject").addEventListener("input", (event) => event.target.value && change({ reject: Math.round(Number(event.target.value) * 100) }));
    $("show").addEventListener("change", (event) => change({ show: event.target.value, sort: "" }));
    $("class").addEventListener("change", (event) => change({ class: event.target.value }));
    $("search").addEventListener("input", (event) => change({ search: event.target.value }));
    $("clear").addEventListener("click", () => change({ family: "", class: "", search: "" }));
    $("more").addEventListener("click", () => change({ limit: state.limit + PAGE }));
    for (const button of document.querySelectorAll("[data-sort]"))
      button.addEventListener("click", () => change({ sort: button.dataset.sort, down: state.sort === button.dataset.sort ? !state.down : true }));
    window.addEventListener("resize", () => change({ limit: state.limit }));
  }

  function listenToTheme() {
    const dark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
    const name = () => { $("theme").textContent = dark() ? "Light" : "Dark"; };
    $("theme").addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; name(); });
    name();
  }

  async function copy() {
    const text = $("config").textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      /* A page from a file may not use the clipboard by itself: the text is selected, to be copied by key. */
      getSelection().selectAllChildren($("config"));
      document.execCommand("copy");
    }
    $("copy").textContent = "Copied";
    setTimeout(() => { $("copy").textContent = "Copy"; }, 2000);
  }

  $("span").textContent = `${number(received.length)} messages received` + (data.rows.length > received.length ? `, ${number(data.rows.length - received.length)} sent` : "") +
    (first ? `, ${day(first)} to ${day(last)}` : "");
  for (const name of data.classes) $("class").append(element("option", { value: name }, name));
  if (!data.labels) $("show").querySelector('[value="labelled"]').remove();
  if (data.rows.length === received.length) $("show").querySelector('[value="sent"]').remove();
  $("copy").addEventListener("click", copy);
  if (state.reject !== null) $("reject").value = score(state.reject);
  listen();
  listenToTheme();
  drawHistogram();
  showNotes();
  show();
})();
