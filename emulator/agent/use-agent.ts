// The agent for a test file: built once, and a new process of it, past its hello, for each test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { buildAgent, TestAgent } from './test-agent.ts';

export interface AgentBench {
  /** For what the tests need; gone after the last. */
  readonly folder: string;
  /** One more, before its hello. The test stops it. */
  startAnother(): Promise<TestAgent>;
}

/** Call at the top of a test file. @param take is given the agent before each test */
export function useAgent(take: (agent: TestAgent) => void): AgentBench {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-agent-'));
  let program = '';
  let agent: TestAgent | undefined;
  beforeAll(() => {
    program = buildAgent(folder);
  }, 60_000);
  beforeEach(async () => {
    agent = await TestAgent.ready(program, folder);
    take(agent);
  });
  afterEach(() => agent?.stop());
  afterAll(() => rmSync(folder, { recursive: true }));
  return { folder, startAnother: () => TestAgent.start(program, folder) };
}
