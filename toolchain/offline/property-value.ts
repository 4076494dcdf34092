import { ListValue, NullValue, Struct, Value } from "google-protobuf/google/protobuf/struct_pb";
import { unknownValue } from "../../support/unknown-value";

/** A value that must be encrypted wherever it is stored, and shown nowhere. */
export class Secret {
  constructor(readonly value: PropertyValue) {}
}

/** A value that is known only after the update has run. */
export const unknown: unique symbol = Symbol("known after the update");

export interface PropertyMap {
  [name: string]: PropertyValue;
}

/** A property's value as the engine sends it and takes it. */
export type PropertyValue = null | boolean | number | string | Secret | typeof unknown | PropertyValue[] | PropertyMap;

// The marks by which special values are told from plain ones on the wire (sdk/go/common/resource of pulumi/pulumi).
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const unknownMarks = new Set([
  unknownValue,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** Reads what the engine sent; an absent structure is empty. */
export function decodeProperties(struct: Struct | undefined): PropertyMap {
  const map: PropertyMap = {};
  struct?.getFieldsMap().forEach((value, name) => {
    map[name] = decode(value);
  });
  return map;
}

function decode(value: Value): PropertyValue {
  switch (value.getKindCase()) {
    case Value.KindCase.BOOL_VALUE:
      return value.getBoolValue();
    case Value.KindCase.NUMBER_VALUE:
      return value.getNumberValue();
    case Value.KindCase.STRING_VALUE: {
      const text = value.getStringValue();
      return unknownMarks.has(text) ? unknown : text;
    }
    case Value.KindCase.LIST_VALUE:
      return (value.getListValue()?.getValuesList() ?? []).map(decode);
    case Value.KindCase.STRUCT_VALUE:
      return decodeObject(decodeProperties(value.getStructValue()));
    default:
      return null;
  }
}

function decodeObject(object: PropertyMap): PropertyValue {
  if (object[signature] === secretSignature) return new Secret(object.value ?? null);
  if (object[signature] === outputSignature) {
    const value = "value" in object ? (object.value ?? null) : unknown;
    return object.secret === true ? new Secret(value) : value;
  }
  return object;
}

/** Writes properties as the engine reads them. */
export function encodeProperties(map: PropertyMap): Struct {
  const struct = new Struct();
  for (const [name, value] of Object.entries(map)) struct.getFieldsMap().set(name, encode(value));
  return struct;
}

function encode(value: PropertyValue): Value {
  const encoded = new Value();
  if (value === null) return encoded.setNullValue(NullValue.NULL_VALUE);
  if (value === unknown) return encoded.setStringValue(unknownValue);
  if (typeof value === "boolean") return encoded.setBoolValue(value);
  if (typeof value === "number") return encoded.setNumberValue(value);
  if (typeof value === "string") return encoded.setStringValue(value);
  if (Array.isArray(value)) return encoded.setListValue(new ListValue().setValuesList(value.map(encode)));
  if (value instanceof Secret)
    return encoded.setStructValue(encodeProperties({ [signature]: secretSignature, value: value.value }));
  return encoded.setStructValue(encodeProperties(value));
}

/** A value without secrets and unknowns. */
export type PlainValue = null | boolean | number | string | PlainValue[] | { [name: string]: PlainValue };

/** The value itself, however deep its secrets; `unknown` when it, or anything in it, is not known yet. */
export function reveal(value: PropertyValue): PlainValue | typeof unknown {
  if (value instanceof Secret) return reveal(value.value);
  if (value === unknown || value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map(reveal);
    return items.includes(unknown) ? unknown : (items as PlainValue[]);
  }
  const revealed: { [name: string]: PlainValue } = {};
  for (const [name, item] of Object.entries(value)) {
    const plain = reveal(item);
    if (plain === unknown) return unknown;
    revealed[name] = plain;
  }
  return revealed;
}

/** Whether the value is marked secret, itself or within. */
export function holdsSecret(value: PropertyValue): boolean {
  if (value instanceof Secret) return true;
  if (value === unknown || value === null || typeof value !== "object") return false;
  return Object.values(value).some(holdsSecret);
}
