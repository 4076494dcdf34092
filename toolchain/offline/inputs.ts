import { createHash, randomBytes } from "node:crypto";
import {
  holdsSecret,
  type PlainValue,
  type PropertyMap,
  type PropertyValue,
  reveal,
  Secret,
  unknown,
} from "./property-value";
import type { Misfit, Property, ResourceType } from "./resource-type";

/** Names of the inputs that the program did not give, as the official providers record them. */
const defaultsKey = "__defaults";

export interface CheckedInputs {
  inputs: PropertyMap;
  misfits: Misfit[];
}

/**
 * The program's inputs with the defaults filled in and the secret ones marked, and what is wrong with them. What is
 * not implemented is refused by name: a property passed over in silence would be a promise not kept.
 *
 * @param olds the inputs of the last update: a generated name is taken from them
 * @param seed the engine's, so that a generated name is the same in preview and update
 */
export function checkInputs<State extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: the context plays no part here
  type: ResourceType<any, State>,
  resourceName: string,
  olds: PropertyMap,
  news: PropertyMap,
  seed: Uint8Array,
): CheckedInputs {
  const properties: Record<string, Property> = type.properties;
  const inputs: PropertyMap = {};
  const misfits: Misfit[] = [];
  for (const [name, value] of Object.entries(news)) {
    if (name.startsWith("__") || value === null) continue;
    const property = properties[name];
    if (property === undefined || property.outputOnly)
      misfits.push({ property: name, reason: notImplemented(type, name) });
    else inputs[name] = property.secret && !(value instanceof Secret) ? new Secret(value) : value;
  }

  const defaults: string[] = [];
  for (const [name, property] of Object.entries(properties)) {
    const value = inputs[name];
    if (value !== undefined) {
      const reason = misfit(property, value);
      if (reason !== undefined) misfits.push({ property: name, reason });
      continue;
    }
    const fallback = property.autoName ? generatedName(resourceName, olds, name, seed) : property.default;
    if (fallback !== undefined && !isZero(fallback) && type.builtOn === "sdk") {
      inputs[name] = fallback;
      defaults.push(name);
    } else if (property.required) misfits.push({ property: name, reason: "is missing, and has no default." });
  }
  if (defaults.length > 0) inputs[defaultsKey] = defaults.sort();
  if (misfits.length === 0 && type.check !== undefined) {
    const notYetKnown = Object.keys(inputs).filter((name) => reveal(inputs[name] ?? null) === unknown);
    misfits.push(...type.check(desiredState(type, inputs, null), new Set(notYetKnown)));
  }
  return { inputs, misfits };
}

/** The names that the program left to the defaults. */
export function defaultedNames(inputs: PropertyMap): string[] {
  const names = inputs[defaultsKey];
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/**
 * Every property as it is to be: given, else its default, else (for what the server decides) as it was, else null.
 * Values that are not known yet are null too: only checks see such a state.
 */
export function desiredState<State extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: the context plays no part here
  type: ResourceType<any, State>,
  inputs: PropertyMap,
  previous: State | null,
): State {
  const state: Record<string, unknown> = {};
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const wanted = wantedValue(property, inputs, name);
    if (wanted !== null && wanted !== unknown) state[name] = wanted;
    else if ((property.computed || property.outputOnly) && previous !== null)
      state[name] = previous[name as keyof State] ?? null;
    else state[name] = null;
  }
  return state as State;
}

/** What the inputs want a property to be: given under its name or its other one, else the default, else null. */
export function wantedValue(property: Property, inputs: PropertyMap, name: string): PlainValue | typeof unknown {
  const given = reveal(inputs[name] ?? null);
  if (given !== null) return given;
  const followed = property.follows === undefined ? null : reveal(inputs[property.follows] ?? null);
  return followed ?? property.default ?? null;
}

/** Whether a value counts as not set: Terraform, and so the official providers, tell neither from the other. */
export function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === null || value === undefined || value === false || value === 0 || value === "";
}

/** Whether two values of a property are the same for it: a set knows no order, and nothing is the same as zero. */
export function sameValue(property: Property, one: unknown, other: unknown): boolean {
  return JSON.stringify(normalForm(property, one)) === JSON.stringify(normalForm(property, other));
}

function normalForm(property: Property, value: unknown): unknown {
  if (isZero(value)) return null;
  if (property.type === "set" && Array.isArray(value)) return [...new Set(value)].sort();
  if (property.type === "map")
    return Object.entries(value as object)
      .filter(([, item]) => item !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return value;
}

function misfit(property: Property, value: PropertyValue): string | undefined {
  const plain = reveal(value);
  if (plain === unknown) return undefined;
  const fits = {
    string: () => typeof plain === "string",
    number: () => typeof plain === "number" && Number.isInteger(plain),
    boolean: () => typeof plain === "boolean",
    list: () => Array.isArray(plain) && plain.every((item) => typeof item === "string"),
    set: () => Array.isArray(plain) && plain.every((item) => typeof item === "string"),
    block: () => typeof plain === "object",
    map: () =>
      typeof plain === "object" &&
      plain !== null &&
      !Array.isArray(plain) &&
      Object.values(plain).every((item) => item === null || typeof item === "string"),
  };
  if (!fits[property.type]()) {
    const found = property.secret || holdsSecret(value) ? "" : `, not ${JSON.stringify(plain)}`;
    const kinds = { string: "a text", number: "a whole number", boolean: "true or false" } as const;
    const kind = property.type in kinds ? kinds[property.type as keyof typeof kinds] : `a ${property.type} of texts`;
    return `must be ${kind}${found}.`;
  }
  return property.refuse?.(plain);
}

// biome-ignore lint/suspicious/noExplicitAny: any resource type is described alike
function notImplemented(type: ResourceType<any, any>, name: string): string {
  const implemented = Object.entries<Property>(type.properties)
    .filter(([, property]) => !property.outputOnly)
    .map(([other]) => other);
  return (
    `'${name}' of ${type.token} is not implemented by the stand-in that is used where Pulumi's download site cannot be ` +
    `reached (it has ${implemented.join(", ")}). Leave it out, or bring the official plugin archives (PGSTEAD_PLUGINS).`
  );
}

function generatedName(resourceName: string, olds: PropertyMap, property: string, seed: Uint8Array): string {
  const kept = reveal(olds[property] ?? null);
  if (typeof kept === "string" && defaultedNames(olds).includes(property)) return kept;
  const digits = seed.length > 0 ? createHash("sha256").update(seed).digest("hex") : randomBytes(4).toString("hex");
  return `${resourceName}-${digits.slice(0, 7)}`;
}
