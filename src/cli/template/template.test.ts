// The parts of Go's templates that no recorded case reaches; the others are in testing/cases/inspect.json.
import { describe, expect, it } from 'vitest';
import { Template } from './template.ts';
import { TemplateStruct, TypedNil } from './values.ts';

const render = (source: string, data: unknown = {}) => new Template(source).render(data);

describe('text and trimming', () => {
  it.each([
    ['plain', 'plain'],
    ['a {{- 1}} b', 'a1 b'],
    ['a {{1 -}} b', 'a 1b'],
    ['a {{- /* note */ -}} b', 'ab'],
    ['{{"}}"}}', '}}'],
    ['{{"{{"}}', '{{'],
    ['{{`a\\n`}}', 'a\\n'],
    ['{{"\\u00e9\\x41"}}', 'éA'],
    ["{{'a'}}", '97'],
    ['{{-3}}', '-3'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe('control', () => {
  it.each([
    ['{{range $i, $x := .}}{{$i}}{{$x}} {{end}}', ['a', 'b'], '0a 1b '],
    ['{{range $x := .}}{{$x}}{{end}}', ['a', 'b'], 'ab'],
    ['{{range .}}{{continue}}x{{end}}-', [1, 2], '-'],
    ['{{range 3}}{{.}}{{end}}', {}, '012'],
    ['{{range .}}{{.}}{{end}}', { b: 2, a: 1 }, '12'],
    ['{{with .a}}{{.}}{{else}}none{{end}}', { a: '' }, 'none'],
    ['{{if .a}}A{{else if .b}}B{{else}}C{{end}}', { b: 1 }, 'B'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{end}}{{$x}}', {}, '2'],
    ['{{$x := 1}}{{if true}}{{$x := 2}}{{end}}{{$x}}', {}, '1'],
    ['{{block "b" .a}}[{{.}}]{{end}}', { a: 1 }, '[1]'],
  ])('%s', (source, data, expected) => {
    expect(render(source, data)).toBe(expected);
  });
});

describe('functions', () => {
  it.each([
    ['{{and 1 0 2}} {{or 0 "" "x"}}', '0 x'],
    ['{{1 | eq 1}}', 'true'],
    ['{{eq 1 2 3 1}}', 'true'],
    ['{{len "é"}}', '2'],
    ['{{slice "abcdef" 2}}', 'cdef'],
    ['{{printf "%05.1f|%+d|%x|%X|%o|%b|%c|%U" 3.14159 5 255 255 8 5 65 1}}', '003.1|+5|ff|FF|10|101|A|U+0001'],
    [
      '{{printf "%s" 1}} {{printf "%d" "a"}} {{printf "%d"}} {{printf "a" 1}}',
      '%!s(int=1) %!d(string=a) %!d(MISSING) a%!(EXTRA int=1)',
    ],
    ['{{printf "%-5s|%5s|%.2s|%*d" "ab" "cd" "xyz" 4 7}}', 'ab   |   cd|xy|   7'],
    ['{{print 1 2 "a" "b" 3}}', '1 2ab3'],
    ['{{title "hello big world"}}', 'Hello Big World'],
    ['{{truncate "abc" 9}}{{truncate "abc" 2}}', 'abcab'],
    ['{{pad "" 2 2}}|', '|'],
    ['{{html "<&>"}}', '&lt;&amp;&gt;'],
    ['{{json "<a>"}}', '"<a>"'],
  ])('%s', (source, expected) => {
    expect(render(source)).toBe(expected);
  });
});

describe('values', () => {
  it('prints nils by their kinds', () => {
    const data = { s: new TypedNil('slice'), m: new TypedNil('map'), p: new TypedNil('pointer'), n: null };
    expect(render('{{.s}}{{.m}}{{.p}}{{.n}}{{.x}} {{json .s}}', data)).toBe('[]map[]<nil><no value><no value> null');
  });

  it('calls methods, with arguments and without', () => {
    const data = new TemplateStruct('*t.T', { Name: () => 'n', Label: (key: unknown) => `<${String(key)}>` });
    expect(render('{{.Name}}{{.Label "a"}}{{"b" | .Label}}', data)).toBe('n<a><b>');
    expect(() => render('{{.Label}}', data)).toThrow('wrong number of args for Label: want 1 got 0');
    expect(() => render('{{.Nope}}', data)).toThrow("at <.Nope>: can't evaluate field Nope in type *t.T");
  });

  it('stops a template that calls itself', () => {
    expect(() => render('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}')).toThrow(
      'exceeded maximum template depth',
    );
  });

  it('counts lines in errors', () => {
    expect(() => render('a\nb{{foo}}')).toThrow('template: :2: function "foo" not defined');
    expect(() => render('a\nb {{index .x 2}}', { x: [1] })).toThrow(
      'template: :2:4: executing "" at <index .x 2>: error calling index: index out of range: 2',
    );
  });
});
