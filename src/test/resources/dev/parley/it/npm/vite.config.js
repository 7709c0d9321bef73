import { defineConfig } from 'vite';

// One script, of React as it is for developers: it alone mounts everything twice in StrictMode.
export default defineConfig({
  define: { 'process.env.NODE_ENV': '"development"' },
  esbuild: { jsx: 'automatic' },
  build: { minify: false, lib: { entry: 'main.jsx', formats: ['iife'], name: 'page', fileName: () => 'page.js' } },
});
