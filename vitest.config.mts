import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Vitest leaves a processor free for itself, which is half of a machine with two: most tests wait for servers and engines.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Some modules load others with require when they first need them: those are read as they are outside of tests.
    execArgv: ["-r", "./support/typescript.cjs"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
