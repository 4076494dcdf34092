import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as secretVersion from "../../providers/secret-version";

type Inputs = Parameters<typeof secretVersion.create>[0];
const day = 86_400_000;
let folder: string;
let shown: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-version-"));
  shown = [];
  vi.spyOn(console, "log").mockImplementation((line) => void shown.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function inputs(changed: Partial<Inputs> = {}): Inputs {
  return { role: "app", version: 1, maxAge: "", onAge: "warn", auditFile: join(folder, "secrets.jsonl"), ...changed };
}

function later(days: number): void {
  vi.useFakeTimers({ now: Date.now() + days * day, toFake: ["Date"] });
}

describe("a secret's version", () => {
  it("names every password once, also when the version goes back", async () => {
    let { outs } = await secretVersion.create(inputs());
    const keys = [outs.key];
    for (const version of [2, 1, 2, 3, 3]) {
      const changed = (await secretVersion.diff("", outs, inputs({ version }))).changes;
      expect(changed).toBe(version !== outs.version);
      outs = (await secretVersion.update("", outs, inputs({ version }))).outs;
      keys.push(outs.key);
    }
    expect(keys).toEqual(["1", "2", "1.3", "2.4", "3", "3"]);
  });

  it("warns of a password that is too old, and changes nothing", async () => {
    const { outs } = await secretVersion.create(inputs({ maxAge: "90d" }));
    later(91);
    expect((await secretVersion.diff("", outs, inputs({ maxAge: "90d" }))).changes).toBe(false);
    expect(shown).toEqual([
      "The password of app is 91 days old (pgstead:maxSecretAge is 90d): raise pgstead:secretVersion, or set pgstead:secretAgePolicy to rotate.",
    ]);
  });

  it("is renewed at the next `up` after its age, once, where config says so", async () => {
    const news = inputs({ maxAge: "90d", onAge: "rotate" });
    const { outs } = await secretVersion.create(news);
    expect((await secretVersion.diff("", outs, news)).changes).toBe(false);
    later(91);
    expect((await secretVersion.diff("", outs, news)).changes).toBe(true);
    const after = (await secretVersion.update("", outs, news)).outs;
    expect(after.key).toBe("1.2");
    expect((await secretVersion.diff("", after, news)).changes).toBe(false);
    const log = readFileSync(news.auditFile, "utf8").trim().split("\n");
    expect(log.map((line) => JSON.parse(line))).toMatchObject([
      { event: "issued", version: "1", note: "first" },
      { event: "issued", version: "1.2", note: "maxSecretAge was reached" },
    ]);
  });

  it("is not renewed by another limit alone", async () => {
    const { outs } = await secretVersion.create(inputs());
    const news = inputs({ maxAge: "30d" });
    expect((await secretVersion.diff("", outs, news)).changes).toBe(true);
    expect((await secretVersion.update("", outs, news)).outs).toMatchObject({ key: "1", maxAge: "30d" });
  });
});
