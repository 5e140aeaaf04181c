// Comlink carries only name, message and stack of what was thrown. Page and worker both call this once, and then a
// DrydockError thrown on one side is a DrydockError with its code on the other.
import type { TransferHandler } from 'comlink';
import type { ErrorCode } from './errors.ts';
import { DrydockError } from './errors.ts';

interface WireError {
  readonly drydock: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly errno?: number;
    readonly stack?: string;
  };
}

/** @param handlers Comlink's own `transferHandlers`: its handler for thrown values is wrapped, not replaced. */
export function keepErrorCodes(handlers: Map<string, TransferHandler<unknown, unknown>>): void {
  const original = handlers.get('throw');
  if (original === undefined)
    throw new DrydockError('internal', 'Cannot keep error codes: Comlink has no handler for "throw"');
  handlers.set('throw', {
    canHandle: (value): value is unknown => original.canHandle(value),
    serialize(thrown) {
      const error = typeof thrown === 'object' && thrown !== null && 'value' in thrown ? thrown.value : undefined;
      if (!(error instanceof DrydockError)) return original.serialize(thrown);
      const { code, message, errno, stack } = error;
      const wire: WireError = {
        drydock: { code, message, ...(errno !== undefined && { errno }), ...(stack !== undefined && { stack }) },
      };
      return [wire, []];
    },
    deserialize(wire) {
      if (!isWireError(wire)) return original.deserialize(wire);
      const { code, message, errno, stack } = wire.drydock;
      const error = new DrydockError(code, message, errno === undefined ? {} : { errno });
      if (stack !== undefined) error.stack = stack;
      throw error;
    },
  });
}

function isWireError(wire: unknown): wire is WireError {
  return typeof wire === 'object' && wire !== null && 'drydock' in wire;
}
