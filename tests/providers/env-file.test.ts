import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as envFile from "../../providers/env-file";

const url = "postgresql://app:s3cret@127.0.0.1:5434/app";
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-env-"));
  file = join(folder, ".env");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the application's .env", () => {
  it("gets the URL, readable by its owner alone, and an example beside it without the password", async () => {
    writeFileSync(file, "SECRET_KEY=abc\nDATABASE_PATH=app.db\n", { mode: 0o644 });
    await envFile.create({ file, url });
    expect(readFileSync(file, "utf8")).toBe(`SECRET_KEY=abc\n# DATABASE_PATH=app.db\nDATABASE_URL=${url}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const example = readFileSync(join(folder, ".env.example"), "utf8");
    expect(example).toBe("DATABASE_URL=postgresql://app:CHANGE_ME@127.0.0.1:5434/app\n");
  });

  it("is written through a link, which stays a link", async () => {
    writeFileSync(join(folder, "real.env"), "A=1\n");
    symlinkSync("real.env", file);
    await envFile.create({ file, url });
    expect(readFileSync(join(folder, "real.env"), "utf8")).toBe(`A=1\nDATABASE_URL=${url}\n`);
  });

  it("follows a new password and shows no change afterwards", async () => {
    const { id, outs } = await envFile.create({ file, url });
    const rotated = { file, url: url.replace("s3cret", "n3w") };
    expect((await envFile.diff(id, outs, rotated)).changes).toBe(true);
    const { outs: after } = await envFile.update(id, outs, rotated);
    expect(readFileSync(file, "utf8")).toBe(`DATABASE_URL=${rotated.url}\n`);
    expect((await envFile.diff(id, after, rotated)).changes).toBe(false);
  });

  it.each([
    ["the line was changed by hand", () => writeFileSync(file, "DATABASE_URL=sqlite:///old.db\n")],
    ["the file was deleted", () => rmSync(file)],
    ["others may read the file", () => chmodSync(file, 0o644)],
  ])("is mended by the next update when %s", async (_what, spoil) => {
    const { id, outs } = await envFile.create({ file, url });
    spoil();
    expect((await envFile.diff(id, outs, { file, url })).changes).toBe(true);
    const { outs: after } = await envFile.update(id, outs, { file, url });
    expect((await envFile.diff(id, after, { file, url })).changes).toBe(false);
  });

  it("loses the line, and only it, when the stack is destroyed", async () => {
    writeFileSync(file, "A=1\nDATABASE_PATH=app.db\n");
    const { id, outs } = await envFile.create({ file, url });
    await envFile.delete(id, outs);
    expect(readFileSync(file, "utf8")).toBe("A=1\n# DATABASE_PATH=app.db\n");
    expect(existsSync(join(folder, ".env.example"))).toBe(false);
  });

  it("says where it could not be written", async () => {
    const inputs = { file: join(folder, "not-a-folder", ".env"), url };
    writeFileSync(join(folder, "not-a-folder"), "");
    await expect(envFile.create(inputs)).rejects.toThrow(/not-a-folder.*could not be written.*pgstead:envFile/s);
  });
});
