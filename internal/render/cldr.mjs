// Writes dates.tsv from the npm package cldr-dates-full, which has to be installed beside it:
//   npm install --prefix DIR cldr-dates-full@48.2.0 cldr-core@48.2.0 && node internal/render/cldr.mjs DIR > internal/render/dates.tsv
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const levels = require("cldr-core/coverageLevels.json").coverageLevels;
const rows = {};
const main = readdirSync(require.resolve("cldr-dates-full/main/en/ca-gregorian.json").replace(/en.ca-gregorian.json$/, ""));
for (const locale of main.sort()) {
  const level = levels[locale.split("-")[0]];
  if (level !== "modern" && level !== "moderate") continue;
  const all = require(`cldr-dates-full/main/${locale}/ca-gregorian.json`).main[locale];
  const g = all.dates.calendars.gregorian, f = g.dateTimeFormats.availableFormats, m = g.months.format;
  const list = (x) => Array.from({ length: 12 }, (_, i) => x[i + 1]).join("|");
  rows[locale] = [f.MMMMd, f.MMMd, f.Hm, g.dateTimeFormats.medium, list(m.wide), list(m.abbreviated)].join("\t");
}
console.log("# Days and times by language: CLDR 48.2 (Unicode License V3, https://www.unicode.org/license.txt). Made by cldr.mjs.");
for (const [locale, row] of Object.entries(rows)) {
  const base = locale.split("-")[0];
  if (locale === base || rows[base] !== row) console.log(locale + "\t" + row);
}
