// The entry starts the worker first and imports the page second. This tells the browser about the page's chunks at once, so
// that they load side by side instead of one after the other.
import type { Plugin } from 'vite';

/** Chunks of dynamic imports that every visit needs, by the name of their module. */
const NEEDED = ['page.ts', 'xterm-loader.ts'];

export function preloadPlugin(): Plugin {
  return {
    name: 'drydock:preload',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === 'chunk');
        const needed = chunks.filter((chunk) =>
          NEEDED.some((name) => chunk.facadeModuleId?.endsWith(`/${name}`) === true),
        );
        if (needed.length !== NEEDED.length)
          throw new Error(`Cannot preload: not every one of ${NEEDED.join(', ')} is a chunk`);
        const files = new Set(needed.flatMap((chunk) => [chunk.fileName, ...chunk.imports]));
        const styles = new Set(needed.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
        const link = (attrs: Record<string, string | boolean>) => ({ tag: 'link', attrs, injectTo: 'head' as const });
        return [
          ...[...files]
            .filter((file) => !html.includes(file))
            .map((file) => link({ rel: 'modulepreload', crossorigin: true, href: `./${file}` })),
          ...[...styles].map((file) => link({ rel: 'stylesheet', crossorigin: true, href: `./${file}` })),
        ];
      },
    },
  };
}
