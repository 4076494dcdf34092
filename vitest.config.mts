import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Some modules load others with require when they first need them: those are read as they are outside of tests.
    execArgv: ["-r", "./support/typescript.cjs"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
