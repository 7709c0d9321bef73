import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const backend = process.env.BACKEND ?? 'http://localhost:8080/shop/';
const { origin, pathname } = new URL(backend);

export default defineConfig(({ command }) => ({
  // Built, the page works under any context path. Under development it has that of the backend, so that cookies fit.
  base: command === 'build' ? './' : pathname,
  plugins: [react()],
  server: {
    // The header Host stays as it is, so the backend sees its own origin, also in the handshake of the WebSocket.
    proxy: { [`^${pathname}(api|orders|parley|j_security_check)`]: { target: origin, ws: true } },
  },
}));
