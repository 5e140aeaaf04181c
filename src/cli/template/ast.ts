// The parsed template. Every node keeps its place and its text: errors show both.

import type { GoFloat } from './values.ts';

interface Place {
  readonly offset: number;
  /** As Go prints the node in an error. */
  readonly text: string;
}

export type Operand = Place &
  (
    | { readonly kind: 'dot' }
    | { readonly kind: 'nil' }
    | { readonly kind: 'literal'; readonly value: string | number | boolean | GoFloat }
    | { readonly kind: 'field'; readonly path: readonly string[] }
    | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
    | { readonly kind: 'function'; readonly name: string }
    | { readonly kind: 'pipe'; readonly pipe: Pipe; readonly path: readonly string[] }
  );

export interface Command extends Place {
  readonly operands: readonly Operand[];
}

export interface Pipe extends Place {
  readonly declares: readonly string[];
  /** `$x = ...` instead of `$x := ...`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface TextNode extends Place {
  readonly kind: 'text';
}

export interface ActionNode extends Place {
  readonly kind: 'action';
  readonly pipe: Pipe;
}

export interface ControlNode extends Place {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipe;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

export interface JumpNode extends Place {
  readonly kind: 'break' | 'continue';
}

export interface TemplateNode extends Place {
  readonly kind: 'template';
  readonly name: string;
  readonly pipe: Pipe | undefined;
}

export type Node = TextNode | ActionNode | ControlNode | JumpNode | TemplateNode;

export interface ParsedTemplate {
  readonly name: string;
  readonly source: string;
  readonly body: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}
