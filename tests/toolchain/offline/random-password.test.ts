import { compare } from "bcryptjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PropertyMap, reveal, Secret, unknown } from "../../../toolchain/offline/property-value";
import { type CharacterRules, drawPassword } from "../../../toolchain/offline/random/characters";
import { ProviderUnderTest, type StandIns, temporaryStandIns } from "./stand-ins";

const rules: CharacterRules = {
  length: 24,
  lower: true,
  upper: true,
  numeric: true,
  special: true,
  overrideSpecial: null,
  minLower: 0,
  minUpper: 0,
  minNumeric: 0,
  minSpecial: 0,
};

describe("drawing", () => {
  test("only the allowed characters are drawn, and all of them are", () => {
    const seen = new Set(Array.from({ length: 300 }, () => drawPassword({ ...rules, special: false })).join(""));
    expect([...seen].sort().join("")).toBe("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    const special = new Set(
      Array.from({ length: 200 }, () => drawPassword({ ...rules, lower: false, upper: false, numeric: false })).join(
        "",
      ),
    );
    expect([...special].sort().join("")).toBe([..."!@#$%&*()-_=+[]{}<>:?"].sort().join(""));
  });

  test("the minimums are honoured at any place in the password", () => {
    const places = new Set<number>();
    for (let round = 0; round < 300; round++) {
      const password = drawPassword({
        ...rules,
        length: 6,
        upper: false,
        special: false,
        numeric: false,
        minNumeric: 1,
        minUpper: 2,
      });
      expect(password).toMatch(/^(?=(.*\d){1})(?=(.*[A-Z]){2}).{6}$/);
      places.add(password.search(/\d/));
    }
    expect(places.size).toBe(6);
  });

  test("no character is favoured", () => {
    const counts = new Map<string, number>();
    const drawn = drawPassword({ ...rules, length: 62_000, special: false });
    for (const character of drawn) counts.set(character, (counts.get(character) ?? 0) + 1);
    // Chi-squared with 61 degrees of freedom stays below 130 but once in some ten million runs.
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(130);
  });

  test("overrideSpecial replaces the special characters", () => {
    const password = drawPassword({
      ...rules,
      length: 40,
      lower: false,
      upper: false,
      numeric: false,
      overrideSpecial: "_%",
    });
    expect(password).toMatch(/^[_%]{40}$/);
  });
});

describe("the plugin", () => {
  const type = "random:index/randomPassword:RandomPassword";
  let standIns: StandIns;
  let provider: ProviderUnderTest;
  beforeAll(async () => {
    standIns = temporaryStandIns();
    provider = await ProviderUnderTest.start(standIns.launcher("pulumi-resource-random"), {}, {});
  });
  afterAll(async () => {
    await provider?.stop();
    standIns?.remove();
  });

  test("a password has the official provider's id, outputs and secrets", async () => {
    const news = { length: 24, special: false, minLower: 2, minUpper: 2, minNumeric: 2 };
    const { id, inputs, outputs } = await provider.make(type, news);
    expect(inputs).toEqual(news);
    expect(id).toBe("none");
    const { result, bcryptHash, ...rest } = outputs;
    expect(rest).toEqual({
      __meta: '{"schema_version":"3"}',
      __pulumi_raw_state_delta: {
        obj: {
          ps: {
            keepers: new Secret({ replace: { raw: null } }),
            overrideSpecial: new Secret({ replace: { raw: null } }),
          },
        },
      },
      id: "none",
      length: 24,
      lower: true,
      minLower: 2,
      minNumeric: 2,
      minSpecial: 0,
      minUpper: 2,
      number: true,
      numeric: true,
      special: false,
      upper: true,
    });
    expect(result).toBeInstanceOf(Secret);
    expect(bcryptHash).toBeInstanceOf(Secret);
    expect(reveal(result ?? null)).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await compare(String(reveal(result ?? null)), String(reveal(bcryptHash ?? null)))).toBe(true);
  });

  test("keepers are recorded as the official provider records them, and a change of them replaces", async () => {
    const { outputs, inputs } = await provider.make(type, { length: 8, keepers: { v: "1" } });
    expect(outputs.__pulumi_raw_state_delta).toEqual({
      obj: { ps: { keepers: { map: {} }, overrideSpecial: new Secret({ replace: { raw: null } }) } },
    });
    expect(await provider.diff(type, outputs, inputs)).toMatchObject({ changed: false, replaces: [] });
    expect(await provider.diff(type, outputs, { ...inputs, keepers: { v: "2" } })).toEqual({
      changed: true,
      replaces: ["keepers"],
      deleteBeforeReplace: false,
      detail: { keepers: "UPDATE_REPLACE" },
    });
    expect(await provider.diff(type, outputs, { ...inputs, keepers: unknown })).toMatchObject({
      replaces: ["keepers"],
    });
    expect(await provider.diff(type, outputs, { length: 8 })).toMatchObject({ detail: { keepers: "DELETE_REPLACE" } });
  });

  test("number and numeric are one thing under two names", async () => {
    const { outputs, inputs } = await provider.make(type, { length: 30, number: false });
    expect(outputs).toMatchObject({ number: false, numeric: false });
    expect(reveal(outputs.result ?? null)).not.toMatch(/\d/);
    expect(await provider.diff(type, outputs, inputs)).toMatchObject({ changed: false });
    expect(await provider.diff(type, outputs, { length: 30, numeric: false })).toMatchObject({ changed: false });
    expect((await provider.check(type, { length: 30, number: false, numeric: true })).failures).toHaveProperty(
      "number",
    );
  });

  test("reading keeps the state, and an import takes its id for the password", async () => {
    const { outputs, inputs } = await provider.make(type, { length: 12 });
    expect(await provider.read(type, "none", outputs, inputs)).toEqual({ id: "none", outputs, inputs });

    const imported = await provider.read(type, "Chosen-by-hand-1");
    expect(imported.id).toBe("none");
    expect(imported.outputs).toMatchObject({ result: new Secret("Chosen-by-hand-1"), length: 16, special: true });
    expect(await provider.diff(type, imported.outputs, { length: 16 })).toMatchObject({ changed: false });
  });

  test("a preview promises what the inputs say and draws nothing", async () => {
    const { id, outputs } = await provider.create(type, { length: 12 }, true);
    expect(id).toBe("");
    expect(outputs).toMatchObject({
      length: 12,
      lower: true,
      result: new Secret(unknown),
      bcryptHash: new Secret(unknown),
    });
  });

  test.each<[string, PropertyMap, string, RegExp]>([
    ["a missing length", {}, "length", /missing/],
    ["a length below the minimums", { length: 3, minLower: 2, minUpper: 2 }, "length", /less than the 4/],
    [
      "no characters at all",
      { length: 3, lower: false, upper: false, numeric: false, special: false },
      "special",
      /at least one/,
    ],
    ["a text for a number", { length: "24" }, "length", /whole number, not "24"/],
    [
      "a property that it does not have",
      { length: 24, entropy: 5 },
      "entropy",
      /'entropy' .*not implemented.*PGSTEAD_PLUGINS/,
    ],
  ])("%s is refused by name", async (_what, news, property, reason) => {
    const { failures } = await provider.check(type, news);
    expect(failures[property]).toMatch(reason);
  });

  test("a resource type that is not implemented is refused by name, with what there is and what to do", async () => {
    await expect(provider.check("random:index/randomPet:RandomPet", {})).rejects.toThrow(
      /random:index\/randomPet:RandomPet .*PGSTEAD_PLUGINS.*random:index\/randomPassword:RandomPassword/,
    );
  });
});
