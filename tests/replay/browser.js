"use strict";
/*
 * Opens replay pages in Debian's chromium and looks at them as a person would; for test_page.py.
 * node browser.js PLAYWRIGHT CHROMIUM < {"hostile": FILE, "usual": FILE, "small": FILE, "summary": {...}}
 * Prints {CHECK: null or what was wrong}.
 */
const assert = require("node:assert/strict");
const [playwright, executablePath] = process.argv.slice(2);
const { chromium } = require(playwright);
const wanted = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const text = async (page, id) => (await page.locator("#" + id).textContent()).trim();
const count = async (page) => Number((await text(page, "tagged")).replaceAll(",", ""));

/* Waits until the page has drawn what was asked of it. */
const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function drag(page, hundredths) {
  const box = await page.locator("#plot").boundingBox();
  const axis = Number(await page.locator("#threshold").getAttribute("max"));
  const thumb = Number(await page.locator("#threshold").inputValue());
  const place = (at) => box.x + box.width * at / axis;
  const range = await page.locator("#threshold").boundingBox();
  await page.mouse.move(place(thumb), range.y + range.height / 2);
  await page.mouse.down();
  await page.mouse.move(place((thumb + hundredths) / 2), range.y + range.height / 2);
  await page.mouse.move(place(hundredths), range.y + range.height / 2);
  await page.mouse.up();
  await drawn(page);
}

/* WCAG 2: the contrast of every text that is seen, against the nearest background behind it. */
function contrasts() {
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parse(color).map((c) => (c / 255 <= .03928 ? c / 255 / 12.92 : ((c / 255 + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor;
      if ((parse(color)[3] ?? 1) > 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("script, noscript, :disabled, option")) continue;
    const style = getComputedStyle(node), a = light(style.color), b = light(ground(node));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) poor.push(`${node.tagName}.${node.className} "${walker.currentNode.data.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
  }
  return poor;
}

const checks = {
  async dragging(open) {
    const page = await open(wanted.usual);
    assert.equal(await count(page), wanted.summary.tagged);
    assert.equal(await text(page, "received"), String(wanted.summary.received));
    const seen = new Set();
    for (const row of wanted.summary.thresholds.filter((t) => t.at <= 8).reverse()) {
      await drag(page, Math.round(row.at * 100));
      assert.match(await text(page, "config"), new RegExp(`tag_at = ${row.at.toFixed(2)};`));
      assert.equal(await count(page), row.tagged, `tagged at ${row.at}`);
      const cold = await page.locator("#tiles .of-cold b").textContent();
      assert.equal(Number(cold), row.classes.cold, `cold at ${row.at}`);
      seen.add(row.tagged);
      await page.locator("#show").selectOption("tagged");
      await drawn(page);
      if (row.tagged <= 50) assert.equal(await page.locator("#rows tr").count(), row.tagged, "the list follows");
    }
    assert.ok(seen.size > 3, "the thresholds make a difference");
    await page.locator("#reset").click();
    await drawn(page);
    assert.equal(await count(page), wanted.summary.tagged);
  },

  async keyboard(open) {
    const page = await open(wanted.usual);
    let reached = false;
    for (let i = 0; i < 8 && !reached; i++) {
      await page.keyboard.press("Tab");
      reached = await page.evaluate(() => document.activeElement.id === "threshold");
    }
    assert.ok(reached, "Tab leads to the threshold");
    await page.keyboard.press("ArrowLeft");
    await drawn(page);
    assert.match(await text(page, "config"), /tag_at = 4\.95;/);
    assert.equal(await page.locator("#threshold").getAttribute("aria-valuetext"), "4.95");
    const subject = page.locator("#rows .subject").first();
    await subject.focus();
    await page.keyboard.press("Enter");
    assert.equal(await subject.getAttribute("aria-expanded"), "true");
    assert.ok(await page.locator("#rows .evidence").first().isVisible());
    const family = page.locator("#families button").first();
    await family.focus();
    await page.keyboard.press("Space");
    await drawn(page);
    assert.equal(await page.locator("#families button").first().getAttribute("aria-pressed"), "true");
  },

  async finding(open) {
    const page = await open(wanted.usual);
    await page.locator("#show").selectOption("all");
    await page.locator("#search").fill(wanted.needle);
    await drawn(page);
    assert.equal(await page.locator("#rows tr").count(), 1);
    assert.match(await page.locator("#rows").textContent(), new RegExp(wanted.needle));
    await page.locator("#clear").click();
    await drawn(page);
    assert.match(await text(page, "count"), new RegExp(`^${wanted.summary.received + wanted.summary.sent} messages, the first 50`));
    await page.locator("#more").click();
    await drawn(page);
    assert.equal(await page.locator("#rows tr").count(), 100);
    await page.locator('[data-sort="score"]').click();
    await drawn(page);
    const scores = (await page.locator("#rows td.number").allTextContents()).map(Number);
    assert.deepEqual(scores, scores.slice().sort((a, b) => b - a));
  },

  async configuration(open) {
    const page = await open(wanted.usual);
    await page.locator("#rejecting").check();
    await page.locator("#reject").fill("6.5");
    await drawn(page);
    assert.match(await text(page, "config"), /reject_at = 6\.50;/);
    const row = wanted.summary.thresholds.find((t) => t.at === 6.5);
    assert.match(await text(page, "rejected"), new RegExp(`^${row.tagged} messages`));
  },

  async contrast(open) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(wanted.usual, { colorScheme });
      await page.locator("#rows .subject").first().click();
      assert.deepEqual(await page.evaluate(contrasts), [], colorScheme);
      await page.locator("#theme").click();
      assert.deepEqual(await page.evaluate(contrasts), [], colorScheme + " turned round");
    }
  },

  async names(open) {
    const page = await open(wanted.usual);
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button, input, select, svg, [role]")]
      .filter((node) => !node.hidden && !(node.textContent.trim() || node.ariaLabel || node.getAttribute("aria-labelledby") || node.labels?.length || node.placeholder))
      .map((node) => node.outerHTML.slice(0, 80)));
    assert.deepEqual(nameless, []);
    assert.equal(await page.evaluate(() => new Set([...document.querySelectorAll("[id]")].map((node) => node.id)).size ===
      document.querySelectorAll("[id]").length), true, "every id once");
  },

  async narrow(open) {
    const page = await open(wanted.usual, { viewport: { width: 360, height: 700 } });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 1, `the page is ${wide} pixels wider than a telephone`);
  },

  async hostile(open) {
    const page = await open(wanted.hostile);
    await page.locator("#show").selectOption("all");
    await drawn(page);
    for (const subject of await page.locator("#rows .subject").all()) await subject.click();
    assert.equal(await page.evaluate(() => window.owned), undefined, "a script of a message was run");
    assert.equal(await page.locator("script").count(), 2);
    assert.equal(await page.locator("img, iframe, object, embed, a[href^=javascript], base, form").count(), 0);
    const shown = await page.locator("main").innerText();
    for (const part of wanted.literal) assert.ok(shown.includes(part), `${part} is shown as it is`);
  },

  async small(open) {
    const page = await open(wanted.small);
    assert.equal(await text(page, "received"), "10");
    assert.equal(await page.locator("#rows tr").count() > 0, true);
  },
};

(async () => {
  const results = {};
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  for (const [name, check] of Object.entries(checks)) {
    const pages = [], trouble = [];
    const open = async (file, options = {}) => {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, ...options });
      pages.push(page);
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && trouble.push(message.text()));
      page.on("pageerror", (error) => trouble.push(String(error)));
      page.on("dialog", (dialog) => { trouble.push("a dialog"); dialog.dismiss(); });
      page.on("request", (request) => /^(file|data):/.test(request.url()) || trouble.push("fetched " + request.url()));
      await page.goto("file://" + file);
      return page;
    };
    try {
      await check(open);
      assert.deepEqual(trouble, []);
      results[name] = null;
    } catch (error) {
      results[name] = error.stack;
    }
    for (const page of pages) await page.close();
  }
  await browser.close();
  console.log(JSON.stringify(results));
})();
