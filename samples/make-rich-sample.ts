/** `node -r ./support/typescript.cjs samples/make-rich-sample.ts out.db [rows]`: writes the richer sample, 5000 rows unless told. */
import { makeRichSample } from "./rich-sample";

const [path, rows = "5000"] = process.argv.slice(2);
if (path === undefined || !/^[1-9]\d*$/.test(rows)) {
  console.error("Usage: node -r ./support/typescript.cjs samples/make-rich-sample.ts out.db [rows]");
  process.exitCode = 2;
} else {
  const counts = Object.entries(makeRichSample(path, Number(rows)));
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  console.log(`${path}: ${counts.length} tables, ${total} rows`);
}
