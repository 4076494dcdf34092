/** Stands in the dynamic provider's bundle for the TypeScript compiler, which the SDK loads and only serializing a closure needs. */
export {};
