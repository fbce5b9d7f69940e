import { fileURLToPath } from "node:url";

// The page is built with the portal's own pinned packages, so that both draw with the same Cornerstone3D.
const IMPORTER = fileURLToPath(new URL("../../../frontend/src/main.tsx", import.meta.url));

const fromFrontend = {
  name: "packages-of-the-front-end",
  enforce: "pre",
  resolveId(source, importer) {
    if (!importer?.endsWith("/bench/viewer/page/main.js") || source.startsWith(".")) return null;
    return this.resolve(source, IMPORTER, { skipSelf: true });
  },
};

export default {
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  plugins: [fromFrontend],
  worker: { format: "es" },
  build: { target: "es2022", emptyOutDir: true, chunkSizeWarningLimit: 6000, outDir: process.env.BENCH_PAGE },
};
