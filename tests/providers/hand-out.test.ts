/** How an application gets a new secret without .env: a secret file, and a command that tells it. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as notify from "../../providers/notify-command";
import * as secretFile from "../../providers/secret-file";

let folder: string;
let shown: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgstead-hand-out-"));
  shown = [];
  vi.spyOn(console, "log").mockImplementation((line) => void shown.push(String(line)));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const log = () =>
  readFileSync(join(folder, "secrets.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("a secret file", () => {
  const inputs = (content: string) => ({
    file: join(folder, "secret"),
    content,
    role: "app_a",
    version: "1",
    auditFile: join(folder, "secrets.jsonl"),
  });

  it("holds the secret and nothing else, for its owner alone, and the log says who got it", async () => {
    const { outs } = await secretFile.create(inputs("s3cret"));
    expect(readFileSync(outs.path, "utf8")).toBe("s3cret");
    expect(statSync(outs.path).mode & 0o777).toBe(0o600);
    expect(log()).toMatchObject([{ event: "handed out", version: "1", role: "app_a", to: outs.path }]);
    expect(JSON.stringify(log())).not.toContain("s3cret");
  });

  it("stays the same file, so that a container that has it mounted sees the new secret", async () => {
    const { outs } = await secretFile.create(inputs("a long secret"));
    const before = statSync(outs.path).ino;
    const after = (await secretFile.update("", outs, inputs("short"))).outs;
    expect(statSync(outs.path).ino).toBe(before);
    expect(readFileSync(outs.path, "utf8")).toBe("short");
    expect((await secretFile.diff("", after, inputs("short"))).changes).toBe(false);
  });

  it("keeps the group's right that the operator gave, and takes everybody else's", async () => {
    writeFileSync(join(folder, "secret"), "");
    chmodSync(join(folder, "secret"), 0o644);
    const { outs } = await secretFile.create(inputs("s3cret"));
    expect(statSync(outs.path).mode & 0o777).toBe(0o640);
  });

  it("is mended when somebody changed or removed it, and goes with the stack unless it is another's by then", async () => {
    const { outs } = await secretFile.create(inputs("s3cret"));
    writeFileSync(outs.path, "changed");
    expect((await secretFile.diff("", outs, inputs("s3cret"))).changes).toBe(true);
    await secretFile.delete("", outs);
    expect(existsSync(outs.path)).toBe(true);
    rmSync(outs.path);
    expect((await secretFile.diff("", outs, inputs("s3cret"))).changes).toBe(true);
    await secretFile.update("", outs, inputs("s3cret"));
    await secretFile.delete("", outs);
    expect(existsSync(outs.path)).toBe(false);
  });
});

describe("the command that tells the application", () => {
  const inputs = (script: string, trigger = "app_a@h/d 1", args: string[] = []) => ({
    command: [process.execPath, "-e", script, ...args],
    role: "app_a",
    version: "1",
    trigger,
    envFile: "/srv/app/.env",
    secretFile: "",
    auditFile: join(folder, "secrets.jsonl"),
  });

  it("gets its arguments as they are, past any shell, and where the secret is, but not Pulumi's config", async () => {
    process.env.PULUMI_CONFIG = "holds secrets";
    const script = `require("fs").writeFileSync(${JSON.stringify(join(folder, "told"))},
      JSON.stringify([process.argv.slice(1), process.env.PGSTEAD_ROLE, process.env.PGSTEAD_ENV_FILE, process.env.PULUMI_CONFIG ?? null]))`;
    try {
      await notify.create(inputs(script, "t", ["$(id); 'x'", "a b"]));
    } finally {
      delete process.env.PULUMI_CONFIG;
    }
    expect(JSON.parse(readFileSync(join(folder, "told"), "utf8"))).toEqual([
      ["$(id); 'x'", "a b"],
      "app_a",
      "/srv/app/.env",
      null,
    ]);
    expect(log()).toMatchObject([{ event: "told", version: "1", role: "app_a" }]);
  });

  it("runs again for a new secret only, not for another command", async () => {
    const { outs } = await notify.create(inputs("console.log('first')"));
    expect((await notify.diff("", outs, inputs("console.log('first')"))).changes).toBe(false);
    const other = (await notify.update("", outs, inputs("console.log('second')"))).outs;
    await notify.update("", other, inputs("console.log('second')", "app_b@h/d 2"));
    expect(shown.map((line) => line.split(": ").at(-1))).toEqual(["first", "second"]);
  });

  it("fails with the command's last words, and says that the secret is in place", async () => {
    await expect(notify.create(inputs("console.error('no such service'); process.exit(3)"))).rejects.toThrow(
      /ended with 3: no such service.*The new secret is in place already/s,
    );
    await expect(notify.create({ ...inputs(""), command: [join(folder, "none")] })).rejects.toThrow(/cannot be run/);
  });
});
