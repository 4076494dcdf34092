import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { expect, test } from "vitest";
import {
  decodeProperties,
  encodeProperties,
  holdsSecret,
  type PropertyMap,
  reveal,
  Secret,
  unknown,
} from "../../../toolchain/offline/property-value";

const everything: PropertyMap = {
  nothing: null,
  yes: true,
  number: -1.5,
  text: "größer ▲",
  list: ["a", new Secret("b"), unknown],
  map: { inner: new Secret({ deep: [1, null] }), empty: {} },
  secretUnknown: new Secret(unknown),
  none: [],
};

test("every kind of value comes back as it was, secrets and unknowns too", () => {
  const bytes = encodeProperties(everything).serializeBinary();
  expect(decodeProperties(Struct.deserializeBinary(bytes))).toEqual(everything);
});

test("secrets and unknowns are written with the engine's own marks", () => {
  expect(encodeProperties({ a: new Secret("s"), b: unknown }).toJavaScript()).toEqual({
    a: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "s" },
    b: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  });
});

test("output values are read: known, secret, and not known yet", () => {
  const output = (fields: Record<string, string | boolean>) => ({
    "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    ...fields,
  });
  const struct = Struct.fromJavaScript({
    known: output({ value: "v" }),
    secret: output({ value: "v", secret: true }),
    notYet: output({}),
  });
  expect(decodeProperties(struct)).toEqual({ known: "v", secret: new Secret("v"), notYet: unknown });
});

test("a value that is unknown anywhere is unknown as a whole, and secrets are seen at any depth", () => {
  expect(reveal(everything)).toBe(unknown);
  expect(reveal({ a: [new Secret({ b: new Secret(1) })] })).toEqual({ a: [{ b: 1 }] });
  expect(holdsSecret({ a: [{ b: new Secret(1) }] })).toBe(true);
  expect(holdsSecret({ a: [{ b: 1 }] })).toBe(false);
});
