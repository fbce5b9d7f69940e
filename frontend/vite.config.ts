import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// In development the page comes from Vite and everything else from the portal.
const portal = { target: process.env.OVERREAD_PORTAL ?? "http://127.0.0.1:8000", changeOrigin: false };

/** Every file once more, compressed: WhiteNoise and nginx send that to browsers, which all take it. */
const compressed: Plugin = {
  name: "compressed-beside",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (!/\.(js|css|svg|wasm)$/.test(name)) continue;
      writeFileSync(join(dir, `${name}.gz`), gzipSync(file.type === "chunk" ? file.code : file.source));
    }
  },
};

const SHARED_TABLES = fileURLToPath(new URL("../portal/imaging/schemas", import.meta.url));

const LIBRARIES = /node_modules[\\/](?!@cornerstonejs|@kitware|@icr|@visx|d3-)/;

export default defineConfig({
  base: "/static/app/",
  plugins: [react(), compressed],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  worker: { format: "es" },
  optimizeDeps: {
    // The loader starts its workers by relative URL, which pre-bundling would break; its CommonJS
    // codecs then have to be named one by one or development fails with "no export named default".
    exclude: ["@cornerstonejs/dicom-image-loader"],
    include: [
      "dicom-parser",
      "comlink",
      "pako",
      "uuid",
      "@cornerstonejs/core",
      "@cornerstonejs/tools",
      "@cornerstonejs/codec-charls/decodewasmjs",
      "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs",
      "@cornerstonejs/codec-openjpeg/decodewasmjs",
      "@cornerstonejs/codec-openjph/wasmjs",
      "@cornerstonejs/codec-libjxl/decodewasmjs",
      "@cornerstonejs/jpeg-lossless-decoder-js",
    ],
  },
  build: {
    target: "es2022",
    manifest: true,
    chunkSizeWarningLimit: 6000,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What several screens take from the libraries, in one file: fetching fifty small ones takes longer than reading
        // a large one. Not Cornerstone, which the reading room alone needs.
        advancedChunks: {
          groups: [{ name: "libraries", test: LIBRARIES, minShareCount: 2 }],
        },
      },
    },
  },
  server: {
    host: "127.0.0.1",
    // Tables that the portal reads, too, lie beside its code.
    fs: { allow: [fileURLToPath(new URL(".", import.meta.url)), SHARED_TABLES] },
    proxy: { "/api": portal, "/dicomweb": portal, "/accounts": portal, "/health": portal },
  },
});
