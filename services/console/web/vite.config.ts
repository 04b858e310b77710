import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed } from "./compressed.ts";

// Where `npm run dev` finds a console that answers the API: `python -m services.console`.
const console_address = process.env["BOWERBIRD_CONSOLE"] ?? "http://127.0.0.1:7400";
const forwarded = ["/v1", "/session", "/openapi.json", "/docs"];

export default defineConfig({
  plugins: [react(), compressed()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(forwarded.map((path) => [path, { target: console_address, xfwd: true }])),
  },
  build: {
    // Browsers of 2024 and later: they know light-dark() and nesting, so that neither is written out.
    target: ["chrome123", "firefox121", "safari17.5"],
    // A data: address would need an exception in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What several screens use comes with the frame, in one file: forty small ones take longer than their bytes.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 3 }] } } },
    // The frame: React, router, queries and Base UI, 180 kB compressed. What a screen alone needs stays out of it.
    chunkSizeWarningLimit: 600,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/tests/setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    restoreMocks: true,
  },
});
