/** The code of a dynamic provider as a state keeps it, evaluated as Pulumi's SDK does it. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ProjectResource } from "../../components/dynamic";
import { mockEngine, outputValue } from "../support/pulumi-mocks";

interface Provider {
  create(inputs: object): Promise<{ id: string; outs: object }>;
  diff(id: string, olds: object, news: object): Promise<{ changes: boolean }>;
  update(id: string, olds: object, news: object): Promise<{ outs: object }>;
}

const folder = mkdtempSync(join(tmpdir(), "pgstead-dynamic-"));
const file = join(folder, ".env");
const inputs = { file, url: "postgresql://app:secret@127.0.0.1:5434/app" };
let code: string;
let provider: Provider;

beforeAll(async () => {
  const registered = await mockEngine();
  const resource = new ProjectResource("EnvFile", "./providers/env-file.ts", "env", inputs);
  await outputValue(resource.urn);
  code = String(registered[0]?.inputs.__provider);
  provider = (createRequire(__filename)("require-from-string") as (text: string) => { handler(): Provider })(
    code,
  ).handler();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("runs the project's present module", async () => {
  const { id, outs } = await provider.create(inputs);
  expect(id).toBe(file);
  expect(outs).toEqual({ ...inputs, path: file });
  expect(readFileSync(file, "utf8")).toBe(`DATABASE_URL=${inputs.url}\n`);
});

it("puts changed code into the state by an update that does nothing else", async () => {
  const olds = { ...inputs, path: file, __provider: "exports.handler = () => ({})" };
  const news = { ...inputs, __provider: code };
  expect(await provider.diff(file, olds, news)).toMatchObject({ changes: true });
  expect(await provider.diff(file, { ...olds, __provider: code }, news)).toMatchObject({ changes: false });
  const text = readFileSync(file, "utf8");
  expect(await provider.update(file, olds, news)).toEqual({ outs: olds });
  expect(readFileSync(file, "utf8")).toBe(text);
});

it("does the whole update where something else has changed as well", async () => {
  const olds = { ...inputs, path: file, __provider: "exports.handler = () => ({})" };
  rmSync(file);
  await provider.update(file, olds, { ...inputs, __provider: code });
  expect(existsSync(file)).toBe(true);
});
