/// <reference types="vitest/config" />
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defaultClientConditions, defaultServerConditions, defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

// The build's name, shown in every screen's corner so that an operator can tell old screens from new ones.
const build = process.env.HUB_BUILD ?? new Date().toISOString().slice(2, 16).replaceAll(/[-:]/g, "").replace("T", ".");

export default defineConfig({
  base: "/",
  define: { __BUILD__: JSON.stringify(build) },
  plugins: [
    react(),
    tailwindcss(),
    VitePWA({
      // The worker is registered by src/offline-page.ts: the hub's policy allows no inline script.
      injectRegister: null,
      registerType: "prompt",
      manifest: {
        name: "FashionOS Hub",
        short_name: "Hub",
        display: "fullscreen",
        start_url: "/",
        background_color: "#F5F3EE",
        theme_color: "#161513",
        icons: [{ src: "/mark.svg", sizes: "any", type: "image/svg+xml" }],
      },
      workbox: {
        globPatterns: ["**/*.{js,css,html,svg,wasm,woff2}"],
        // zxing's reader is 1 MB before compression; without it a tablet could not scan after a restart without network.
        maximumFileSizeToCacheInBytes: 3_000_000,
        navigateFallback: "/index.html",
        navigateFallbackDenylist: [/^\/(v1|auth|rest|realtime|storage|hooks)\//, /^\/(metrics|healthz|readyz)$/],
        cleanupOutdatedCaches: true,
      },
    }),
  ],
  // The SDK is taken from its TypeScript (a condition of its own name: other packages have a "source" too), so that the console never runs against a build that was forgotten.
  resolve: {
    conditions: ["fashionos-source", ...defaultClientConditions],
    alias: { "@msgpack/msgpack": new URL("src/session/json-only.ts", import.meta.url).pathname },
  },
  ssr: { resolve: { conditions: ["fashionos-source", ...defaultServerConditions] } },
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/v1", "/auth", "/rest", "/healthz"].map((path) => [
        path,
        { target: process.env.HUB_URL ?? "http://127.0.0.1:7700", ws: true, changeOrigin: true },
      ]),
    ),
  },
  test: { include: ["src/**/*.test.{ts,tsx}"], environment: "node" },
});
