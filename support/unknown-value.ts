/**
 * What Pulumi's protocol passes for a string that is known only later; dynamic providers get it in previews, also where
 * another type is expected. Source: sdk/nodejs/runtime/rpc.ts, `unknownValue`.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
