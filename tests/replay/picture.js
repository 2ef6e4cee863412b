"use strict";
/* Takes the README's picture of the replay page: node picture.js PLAYWRIGHT CHROMIUM PAGE.html PICTURE.png */
const [playwright, executablePath, from, to] = process.argv.slice(2);
const { chromium } = require(playwright);
(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const page = await browser.newPage({ viewport: { width: 1080, height: 1000 }, colorScheme: "light" });
  await page.goto("file://" + require("node:path").resolve(from));
  await page.screenshot({ path: to });
  await browser.close();
})();
