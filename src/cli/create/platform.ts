// `--platform linux/386`, as containerd's platforms package reads and writes it.
import { CliError } from '../cli-error.ts';
import { goQuote } from '../../shared/go-quote.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const OSES =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos wasi wasip1'.split(
    ' ',
  );
const ARCHITECTURES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'.split(
    ' ',
  );

function normalArchitecture(architecture: string, variant = ''): Omit<Platform, 'os'> {
  switch (architecture) {
    case 'i386':
      return { architecture: '386' };
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return variant === '' || variant === 'v1' ? { architecture: 'amd64' } : { architecture: 'amd64', variant };
    case 'aarch64':
    case 'arm64':
      return variant === '' || variant === '8' || variant === 'v8'
        ? { architecture: 'arm64' }
        : { architecture: 'arm64', variant };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      return { architecture: 'arm', variant: /^\d$/.test(variant) ? `v${variant}` : variant === '' ? 'v7' : variant };
    default:
      return variant === '' ? { architecture } : { architecture, variant };
  }
}

/** @throws CliError in containerd's words */
export function parsePlatform(text: string): Platform {
  const parts = text.split('/');
  const invalid = (why: string) => new CliError(`${goQuote(text)}: ${why}: invalid argument`);
  if (text.includes('*')) throw invalid('wildcards not yet supported');
  for (const part of parts) {
    if (!/^[A-Za-z0-9_.-]+(\([A-Za-z0-9_.-]*\))?$/.test(part)) {
      throw new CliError(
        `${goQuote(part)} is an invalid component of ${goQuote(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument`,
      );
    }
  }
  const [first = '', second, third] = parts.map((part) => part.toLowerCase());
  if (parts.length === 1) {
    if (OSES.includes(first) || first === 'macos')
      return { os: first === 'macos' ? 'darwin' : first, architecture: 'amd64' };
    const normal = normalArchitecture(first);
    if (ARCHITECTURES.includes(normal.architecture)) return { os: 'linux', ...normal };
    throw invalid('unknown operating system or architecture');
  }
  if (parts.length > 3) throw invalid('cannot parse platform specifier');
  return { os: first === 'macos' ? 'darwin' : first, ...normalArchitecture(second ?? '', third) };
}

/** As the Engine API takes it in queries; the members in OCI's order. */
export function platformJson({ os, architecture, variant }: Platform): string {
  return JSON.stringify({ architecture, os, variant });
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}
