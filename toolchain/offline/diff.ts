import { isZero, sameValue, wantedValue } from "./inputs";
import { type PropertyMap, reveal, unknown } from "./property-value";
import type { Property, ResourceType } from "./resource-type";

export interface PropertyChange {
  property: string;
  kind: "add" | "delete" | "update";
  replaces: boolean;
}

/**
 * What the new inputs would change of what is there. They are held against the outputs, not against the old inputs:
 * so that what drifted on the server is put right, as the official providers do it.
 */
export function changesOf<State extends object>(
  // biome-ignore lint/suspicious/noExplicitAny: the context plays no part here
  type: ResourceType<any, State>,
  outputs: PropertyMap,
  news: PropertyMap,
): PropertyChange[] {
  const changes: PropertyChange[] = [];
  for (const [name, property] of Object.entries<Property>(type.properties)) {
    if (property.outputOnly || property.writeOnly) continue;
    const is = reveal(outputs[name] ?? null);
    const wanted = wantedValue(property, news, name);
    const replaces = property.replaces === true;
    if (wanted === unknown) {
      changes.push({ property: name, kind: isZero(is) ? "add" : "update", replaces });
      continue;
    }
    const leftToServer = wanted === null && property.computed === true;
    if (leftToServer || sameValue(property, is, wanted)) continue;
    const kind = isZero(is) ? "add" : isZero(wanted) ? "delete" : "update";
    changes.push({ property: name, kind, replaces });
  }
  return changes;
}
