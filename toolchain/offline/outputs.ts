import { defaultedNames, isZero, sameValue } from "./inputs";
import { type PropertyMap, type PropertyValue, reveal, Secret, unknown } from "./property-value";
import type { Live, Property, ResourceType } from "./resource-type";

// biome-ignore lint/suspicious/noExplicitAny: the context plays no part here
type AnyType<State extends object> = ResourceType<any, State>;

/** Outputs in the official provider's own shape, so that it takes over a stack without a diff, and the other way round. */
export function outputsOf<State extends object>(type: AnyType<State>, live: Live<State>): PropertyMap {
  const outputs: PropertyMap = {};
  if (type.schemaVersion !== undefined) outputs.__meta = JSON.stringify({ schema_version: type.schemaVersion });
  outputs.__pulumi_raw_state_delta = rawStateDelta(type, live.state);
  outputs.id = live.id;
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const value = property.writeOnly ? null : valueIn(live.state, name);
    if (value === null && type.builtOn === "framework") continue;
    outputs[name] = property.secret ? new Secret(value) : value;
  }
  return outputs;
}

/** What a preview can say of the outputs: what the inputs say; the rest is not known yet. */
export function previewOutputs<State extends object>(
  type: AnyType<State>,
  inputs: PropertyMap,
  desired: State,
): PropertyMap {
  const outputs: PropertyMap = {};
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const given = inputs[name];
    const fixed = valueIn(desired, name);
    if (property.writeOnly) continue;
    if (given !== undefined) outputs[name] = given;
    else if (fixed !== null) outputs[name] = property.secret ? new Secret(fixed) : fixed;
    else if (property.computed || property.outputOnly) outputs[name] = property.secret ? new Secret(unknown) : unknown;
    else if (type.builtOn === "sdk") outputs[name] = property.secret ? new Secret(null) : null;
  }
  return outputs;
}

/**
 * The state that outputs hold (and the inputs, for what is never stored as an output); null when there is none, as when
 * an object is being imported.
 */
export function stateOf<State extends object>(
  type: AnyType<State>,
  outputs: PropertyMap,
  inputs: PropertyMap,
): State | null {
  const state: Record<string, unknown> = {};
  let found = false;
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const value = reveal((property.writeOnly ? inputs : outputs)[name] ?? null);
    if (value !== null) found = true;
    state[name] = value === unknown ? null : value;
  }
  return found ? (state as State) : null;
}

/** The old inputs, with what the server now has where it drifted. */
export function refreshedInputs<State extends object>(
  type: AnyType<State>,
  inputs: PropertyMap,
  state: State,
): PropertyMap {
  const refreshed: PropertyMap = { ...inputs };
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const old = inputs[name];
    if (old === undefined || property.writeOnly || property.outputOnly) continue;
    const now = valueIn(state, name);
    if (sameValue(property, reveal(old), now)) continue;
    if (now === null) delete refreshed[name];
    else refreshed[name] = property.secret || old instanceof Secret ? new Secret(now) : now;
  }
  return refreshed;
}

/** Inputs that would have made what was found: all that differs from nothing, the defaults named as such. */
export function importedInputs<State extends object>(type: AnyType<State>, state: State): PropertyMap {
  const inputs: PropertyMap = {};
  const defaults: string[] = [];
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    const value = valueIn(state, name);
    if (property.outputOnly || property.writeOnly || (isZero(value) && !property.required)) continue;
    if (property.default === value && type.builtOn === "framework") continue;
    inputs[name] = property.secret ? new Secret(value) : value;
    if (property.default === value) defaults.push(name);
  }
  if (defaults.length > 0) inputs.__defaults = defaults.sort();
  return inputs;
}

/** Whether a replacement must delete first: a name that the program fixed cannot be there twice. */
export function deletesBeforeReplace<State extends object>(
  type: AnyType<State>,
  outputs: PropertyMap,
  news: PropertyMap,
): boolean {
  if (type.deleteBeforeReplace) return true;
  return Object.entries<Property>(type.properties).some(
    ([name, property]) =>
      property.autoName &&
      !defaultedNames(news).includes(name) &&
      sameValue(property, reveal(outputs[name] ?? null), reveal(news[name] ?? null)),
  );
}

/**
 * How the official provider's own state is got back from the outputs: lists, sets and maps are named as such, as are
 * attributes that outputs leave out and names that are not regular. The form is pulumi-terraform-bridge's
 * (pkg/tfbridge/rawstate.go); it keeps a replaced value secret, whatever it is.
 */
function rawStateDelta<State extends object>(type: AnyType<State>, state: State): PropertyMap {
  const deltas: PropertyMap = {};
  const renamed: PropertyMap = {};
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    if (property.stateName !== undefined) renamed[name] = property.stateName;
    if (valueIn(state, name) === null || property.writeOnly) {
      if (type.builtOn === "framework") deltas[name] = new Secret({ replace: { raw: null } });
    } else if (property.type === "map") deltas[name] = { map: {} };
    else if (property.type === "list" || property.type === "set") deltas[name] = { arr: {} };
  }
  const object: PropertyMap = {};
  if (Object.keys(deltas).length > 0) object.ps = deltas;
  if (Object.keys(renamed).length > 0) object.renamed = renamed;
  return { obj: object };
}

function valueIn<State extends object>(state: State, name: string): PropertyValue {
  return ((state as Record<string, PropertyValue | undefined>)[name] ?? null) as PropertyValue;
}
