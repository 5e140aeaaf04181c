// The page's entry. The worker comes first: the machine is on its way while the page is still being loaded and drawn.
import './styles/tokens.css';
import './styles/base.css';
import { BootAttempt } from './client/boot-attempt.ts';
import type { WorkerClient } from './client/worker-client.ts';
import { startWorker } from './client/worker-client.ts';

async function chooseStart(): Promise<() => WorkerClient> {
  const fake = import.meta.env.DEV ? new URLSearchParams(location.search).get('fake') : null;
  if (fake === null) return startWorker;
  const { startFake } = await import('./testing/fake-surface.ts');
  return () => startFake(fake);
}

const start = await chooseStart();
const beginBoot = () => new BootAttempt(start());
const first = beginBoot();
try {
  const { drawPage } = await import('./page.ts');
  drawPage(first, beginBoot);
} catch (error) {
  // Without the page there are no translations either: one line in both languages.
  document.body.append('Drydock could not be loaded. Please reload the page. / 页面加载失败，请刷新重试。');
  throw error;
}
