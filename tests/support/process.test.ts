import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { isRunning } from "../../support/process";

it("a process runs until it is over", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  expect(isRunning(child.pid ?? 0)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "close");
  expect(isRunning(child.pid ?? 0)).toBe(false);
});

it("one whose parent has not waited for it does not run", async () => {
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    expect(isRunning(pid)).toBe(true);
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    // It is still there to be waited for.
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    parent.kill("SIGKILL");
  }
});
