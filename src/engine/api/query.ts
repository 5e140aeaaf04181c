// Query parameters as Docker reads them.
import { DrydockError } from '../../contracts/errors.ts';

const FALSE_WORDS = ['', '0', 'no', 'false', 'none'];

export class Query {
  readonly #params: URLSearchParams;

  constructor(request: Request) {
    this.#params = new URL(request.url).searchParams;
  }

  text(name: string): string {
    return this.#params.get(name) ?? '';
  }

  /** Of a parameter that may come again and again. */
  all(name: string): string[] {
    return this.#params.getAll(name);
  }

  flag(name: string, whenMissing = false): boolean {
    const value = this.#params.get(name);
    return value === null ? whenMissing : !FALSE_WORDS.includes(value.trim().toLowerCase());
  }

  /** @throws DrydockError `invalid-argument` */
  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === '') return undefined;
    if (!/^[+-]?\d+$/.test(value)) {
      throw new DrydockError('invalid-argument', `strconv.Atoi: parsing "${value}": invalid syntax`);
    }
    return Number(value);
  }

  /** @throws DrydockError `invalid-argument`: invalid resize height "x" */
  size(name: string, what: string): number {
    const value = this.text(name);
    if (/^\d{1,10}$/.test(value) && Number(value) < 2 ** 32) return Number(value);
    const reason = value === '' ? 'value is empty' : 'value is not a number';
    throw new DrydockError('invalid-argument', `invalid resize ${what} "${value}": ${reason}`);
  }
}
