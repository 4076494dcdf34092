import { expect, it } from "vitest";
import { withPreview } from "../../toolchain/whole-destroy";

it("a destroy has its preview, however it was to be skipped, and other commands are left alone", () => {
  const said: string[] = [];
  const changed = (...args: string[]) => withPreview(args, (line) => said.push(line));
  expect(changed("destroy", "--yes", "--skip-preview")).toEqual(["destroy", "--yes"]);
  expect(changed("destroy", "-f", "--yes")).toEqual(["destroy", "--yes"]);
  expect(said).toHaveLength(2);
  expect(changed("destroy", "--yes")).toEqual(["destroy", "--yes"]);
  expect(changed("up", "--yes", "--skip-preview")).toEqual(["up", "--yes", "--skip-preview"]);
  expect(said).toHaveLength(2);
});
