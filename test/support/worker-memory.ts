// What a page's workers hold in memory, by the browser's own count: V8's heap, and the bytes behind its array buffers.
import type { BrowserContext, Page } from 'playwright-core';

export interface WorkerMemory {
  readonly heapBytes: number;
  /** Of array buffers; WebAssembly's memory is not among them. */
  readonly bufferBytes: number;
}

/** After a garbage collection. Of the workers that the page itself started, together. Chrome DevTools Protocol: Runtime.getHeapUsage. */
export async function workerMemory(context: BrowserContext, page: Page): Promise<WorkerMemory> {
  const devtools = await context.newCDPSession(page);
  const sessions: string[] = [];
  const answers = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  devtools.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') sessions.push(sessionId);
  });
  devtools.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
    if (id !== undefined) answers.get(id)?.(result);
  });
  const ask = async (sessionId: string, method: string): Promise<unknown> => {
    const id = ++lastId;
    const answer = new Promise<unknown>((resolve) => answers.set(id, resolve));
    await devtools.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
    return answer;
  };
  try {
    await devtools.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    const usages = await Promise.all(
      sessions.map(async (session) => {
        await ask(session, 'HeapProfiler.collectGarbage');
        return (await ask(session, 'Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize: number };
      }),
    );
    return {
      heapBytes: usages.reduce((sum, { usedSize }) => sum + usedSize, 0),
      bufferBytes: usages.reduce((sum, { backingStorageSize }) => sum + backingStorageSize, 0),
    };
  } finally {
    await devtools.detach();
  }
}
