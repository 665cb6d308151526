import { describe, expect, it } from '@jest/globals';
import { membersSpelled, spelled } from './spelling.ts';

describe('spelled', () => {
  it.each([
    ['plain text', 'plain text'],
    ["{% 'dev-i-' & $input.digest %}", 'dev-i-{input.digest}'],
    ["{% $states.context.Execution.RedriveCount & '-' & 7 %}", '{states.context.Execution.RedriveCount}-7'],
    // The same, said in two ways.
    ["{% $a.b & '-' & $a.c %}", '{a.b}-{a.c}'],
    ["{% $a.(b & '-' & c) %}", '{a.b}-{a.c}'],
    ["{% 'x' & $substring($states.input.role, 0, 1) %}", 'x{substring(states.input.role,0,1)}'],
    ["{% $exists($a) ? 'x' : 'y' %}", '{computed}'],
    ['{% $a[0].b %}', '{a.b}'],
  ])('%s', (text, spelling) => {
    expect(spelled(text)).toBe(spelling);
  });

  it('is for texts', () => {
    expect(spelled(7)).toBeUndefined();
    expect(spelled(undefined)).toBeUndefined();
  });
});

describe('membersSpelled', () => {
  it('finds members in plain JSON and in expressions, however deep', () => {
    const value = {
      Outputs: [{ Uri: 's3://plain' }, { Uri: "{% $out & 'a' %}" }],
      Others: "{% $map(['x'], function($name) { { 'Name': $name, 'Output': { 'Uri': $out & $name } } }) %}",
      More: "{% [{ 'name': 'labels' }].{ 'Uri': uri & '/x' } %}",
    };
    expect(membersSpelled(value, 'Uri')).toEqual(['s3://plain', '{out}a', '{out}{name}', '{uri}/x']);
  });

  it('finds none where there are none', () => {
    expect(membersSpelled({ Outputs: '{% $outputs %}' }, 'Uri')).toEqual([]);
  });
});
