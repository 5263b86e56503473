// Styles and scripts of the office: hashed files and a manifest, shipped inside the wheel.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/built/",
  build: {
    outDir: "../static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    // Nothing is inlined: the content security policy allows no inline style or script.
    assetsInlineLimit: 0,
    rollupOptions: { input: ["office.css", "office.js", "charts.js", "portal.css", "portal.js"] },
  },
});
