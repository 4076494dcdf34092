/** Stands in the bundles for what the SDK loads and only serializing a closure needs: the TypeScript compiler, and npm's reader of dependencies. */
export {};
