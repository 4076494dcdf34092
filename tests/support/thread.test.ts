import { join } from "node:path";
import { expect, test } from "vitest";
import { UserError } from "../../support/errors";
import { inThread } from "../../support/thread";

const module = join(__dirname, "thread-functions.ts");

test("a function in a thread tells on its way and returns", async () => {
  const told: string[] = [];
  const thread = inThread<{ a: bigint; b: bigint }, bigint, string>(module, "add", { a: 2n ** 62n, b: 1n }, (word) =>
    told.push(word),
  );
  expect(await thread.result).toBe(2n ** 62n + 1n);
  expect(told).toEqual(["adding"]);
  await thread.end();
});

test("its error for the user stays one, with what to do next", async () => {
  const error = await inThread(module, "refuse", "It is taken.").result.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ what: "It is taken.", next: "Do something else." });
});

test("any other failure, a missing function included, is told", async () => {
  await expect(inThread(module, "fail", null).result).rejects.toThrow("broken");
  await expect(inThread(module, "absent", null).result).rejects.toThrow();
});

test("ended before it is done, it fails", async () => {
  const thread = inThread(module, "work", null);
  await thread.end();
  await expect(thread.result).rejects.toThrow("ended before it was done");
});
