/** Stands in the bundles for what the SDK loads and only serializing a closure needs: the TypeScript compiler, and npm's readers of packages and dependencies. */
export {};
