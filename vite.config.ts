// The page: plain static files that work under any path, on any host, without special headers.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { buildStampDefinition } from './scripts/build-stamp.ts';
import { lessonsPlugin } from './scripts/lessons/lessons-plugin.ts';
import { preloadPlugin } from './scripts/preload-plugin.ts';

export default defineConfig(({ command }) => ({
  // Relative, so that the folder can be put anywhere.
  base: './',
  // The guest and the images are large: served as they are here, linked beside the page by scripts/assemble-site.ts.
  publicDir: command === 'serve' ? 'public' : false,
  define: buildStampDefinition(),
  plugins: [svelte(), lessonsPlugin('lessons'), preloadPlugin()],
  build: {
    outDir: 'dist/site',
    emptyOutDir: true,
    target: 'es2023',
    // A data URL would be a second way to load a file, which a strict host may refuse.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
}));
