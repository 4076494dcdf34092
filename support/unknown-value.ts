/**
 * What Pulumi's protocol passes for a string that is known only later; dynamic providers get it in previews, also where
 * another type is expected. Source: sdk/nodejs/runtime/rpc.ts, `unknownValue`.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or any part of it, is known only later. */
export function isUnknown(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some(isUnknown);
  return value === unknownValue;
}
