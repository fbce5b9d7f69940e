import { mergeConfig } from "vite";
import { defineConfig } from "vitest/config";
import viteConfig from "./vite.config.ts";

// Against a live portal: tests/faults/test_interleavings.py starts it and calls this.
export default mergeConfig(
  viteConfig,
  defineConfig({ test: { environment: "node", include: ["src/**/*.faults.ts"], passWithNoTests: false } }),
);
