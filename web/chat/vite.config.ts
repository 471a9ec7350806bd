// `npm run dev` serves the source and passes GraphQL on to a server; `npm run build` writes what that server embeds.
import { defineConfig, loadEnv } from 'vite';

export default defineConfig(({ mode }) => {
  const { PARLANCE_URL = 'http://127.0.0.1:8000' } = loadEnv(mode, '.', 'PARLANCE_');
  return {
    build: {
      outDir: '../../src/pages/chat/built',
      emptyOutDir: true,
      // One script and one sheet under fixed names: the server puts the hash of each into its address.
      rolldownOptions: {
        output: {
          entryFileNames: 'static/chat.js',
          assetFileNames: 'static/chat[extname]',
          codeSplitting: false,
        },
      },
      assetsInlineLimit: 0,
      modulePreload: false,
    },
    server: { proxy: { '/graphql': { target: PARLANCE_URL, ws: true } } },
  };
});
