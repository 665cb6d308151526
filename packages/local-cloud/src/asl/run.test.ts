import { describe, expect, it } from '@jest/globals';
import { TaskError, unanswered, walk, type StubTask } from '../testing/walk.ts';

const invoke = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
const machine = (States: object, more: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: Object.keys(States)[0],
  States,
  ...more,
});
const types = ({ events }: { events: readonly { type: string }[] }) => events.map(({ type }) => type);
const fails =
  (error: string, times = Infinity, result: unknown = null): StubTask =>
  (_args, attempt) => {
    if (attempt <= times) throw new TaskError(error, 'why');
    return result;
  };

describe('Pass, Succeed and Fail', () => {
  it('hand their input on unless Output says otherwise', async () => {
    const definition = machine({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Succeed', Output: { was: '{% $states.input.n %}' } },
    });
    await expect(walk({ definition, input: { n: 1 } })).resolves.toMatchObject({
      status: 'SUCCEEDED',
      output: { was: 1 },
      visited: ['A', 'B'],
    });
  });

  it('fail with the error and cause that the expressions give', async () => {
    const definition = machine({ A: { Type: 'Fail', Error: "{% 'E' & $states.input %}", Cause: 'literal' } });
    await expect(walk({ definition, input: 1 })).resolves.toMatchObject({
      status: 'FAILED',
      error: 'E1',
      cause: 'literal',
    });
  });
});

describe('Choice', () => {
  const definition = machine({
    Sort: {
      Type: 'Choice',
      Choices: [
        { Condition: '{% $states.input.n > 9 %}', Assign: { size: 'large' }, Next: 'End' },
        { Condition: '{% $states.input.n > 4 %}', Output: 'medium', Next: 'End' },
      ],
    },
    End: { Type: 'Succeed' },
  });

  it('takes the first rule that holds, with its own Assign and Output', async () => {
    await expect(walk({ definition, input: { n: 10 } })).resolves.toMatchObject({ output: { n: 10 } });
    await expect(walk({ definition, input: { n: 5 } })).resolves.toMatchObject({ output: 'medium' });
  });

  it('ends the execution when nothing holds and there is no Default', async () => {
    await expect(walk({ definition, input: { n: 1 } })).resolves.toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining("executing the state 'Sort' (entered at the event id #2)"),
    });
  });

  it('takes no condition but a boolean', async () => {
    const odd = machine({ A: { Type: 'Choice', Choices: [{ Condition: "{% 'yes' %}", Next: 'A' }] } });
    await expect(walk({ definition: odd })).resolves.toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining("for the field 'Choices[0]/Condition' returned an unexpected result type"),
    });
  });
});

describe('Wait', () => {
  it('passes its time on the clock that the events carry', async () => {
    const definition = machine({
      A: { Type: 'Wait', Seconds: '{% $states.input %}', Next: 'B' },
      B: { Type: 'Wait', Timestamp: '2026-01-01T02:00:00+01:00', End: true },
    });
    const { events } = await walk({ definition, input: 60 });
    const at = (type: string, nth: number) => events.filter((event) => event.type === type)[nth]!.timestamp;
    expect(at('WaitStateExited', 0) - at('WaitStateEntered', 0)).toBe(60_000);
    expect(at('WaitStateExited', 1)).toBe(Date.UTC(2026, 0, 1, 1));
  });
});

describe('Retry', () => {
  it('waits longer each time, at most MaxDelaySeconds, and counts in $states.context', async () => {
    const definition = machine({
      A: {
        ...invoke,
        Arguments: '{% $states.context.State.RetryCount %}',
        Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 10, MaxAttempts: 5 }],
        End: true,
      },
    });
    const counts: unknown[] = [];
    const { events, status } = await walk({
      definition,
      tasks: {
        A: (args, attempt) => {
          counts.push(args);
          return fails('Busy', 3)(args, attempt);
        },
      },
    });
    const times = events.filter(({ type }) => type === 'TaskScheduled').map(({ timestamp }) => timestamp);
    expect(status).toBe('SUCCEEDED');
    expect(counts).toEqual([0, 1, 2, 3]);
    expect(times.slice(1).map((time, index) => (time - times[index]!) / 1000)).toEqual([2, 6, 10]);
  });

  it('counts for each retrier by itself, and gives up to Catch', async () => {
    const definition = machine({
      A: {
        ...invoke,
        Retry: [
          { ErrorEquals: ['One'], MaxAttempts: 1 },
          { ErrorEquals: ['States.ALL'], MaxAttempts: 1 },
        ],
        Catch: [{ ErrorEquals: ['States.TaskFailed'], Output: '{% $states.errorOutput %}', Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Succeed' },
    });
    const errors = ['One', 'Two', 'One'];
    const tasks = {
      A: (_args: unknown, attempt: number): never => {
        throw new TaskError(errors[attempt - 1]!);
      },
    };
    const walked = await walk({ definition, tasks });
    expect(walked.output).toEqual({ Error: 'One', Cause: '' });
    expect(types(walked).filter((type) => type === 'TaskFailed')).toHaveLength(3);
  });

  it('runs a Parallel with all its branches again', async () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: { ...invoke, End: true } } });
    const definition = machine({
      P: { Type: 'Parallel', Branches: [branch('X'), branch('Y')], Retry: [{ ErrorEquals: ['Boom'] }], End: true },
    });
    const { output, visited } = await walk({ definition, tasks: { X: () => 'x', Y: fails('Boom', 1, 'y') } });
    expect(output).toEqual(['x', 'y']);
    expect(visited).toEqual(['P', 'X', 'Y', 'X', 'Y']);
  });
});

describe('Catch', () => {
  const caught = (errorEquals: string[], state: object) =>
    machine({
      A: {
        ...state,
        Catch: [{ ErrorEquals: errorEquals, Output: '{% $states.errorOutput.Error %}', Next: 'B' }],
        End: true,
      },
      B: { Type: 'Succeed' },
    });

  it.each([
    ['States.ALL', 'Any', true],
    ['States.TaskFailed', 'Any', true],
    ['Other', 'Any', false],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
  ])('%s for %s: %s', async (name, error, takes) => {
    const { output, status } = await walk({ definition: caught([name], invoke), tasks: { A: fails(error) } });
    expect(takes ? output : status).toBe(takes ? error : 'FAILED');
  });

  it('takes a failed expression of the state itself, but not one of its own', async () => {
    const broken = { ...invoke, Arguments: '{% $nothing %}' };
    await expect(walk({ definition: caught(['States.QueryEvaluationError'], broken) })).resolves.toMatchObject({
      output: 'States.QueryEvaluationError',
    });
    const worse = machine({
      A: { ...invoke, Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $nothing %}', Next: 'B' }], End: true },
      B: { Type: 'Succeed' },
    });
    await expect(walk({ definition: worse, tasks: { A: fails('Boom') } })).resolves.toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining("for the field 'Catch[0]/Output'"),
    });
  });
});

describe('Variables', () => {
  it('are read as they were on entry, and change when the state is left', async () => {
    const definition = machine({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Output: '{% $x %}', Next: 'C' },
      C: { Type: 'Pass', Output: ['{% $states.input %}', '{% $x %}', '{% $y %}'], End: true },
    });
    await expect(walk({ definition })).resolves.toMatchObject({ output: [1, 2, 1] });
  });

  it('of the machine outside are read inside; those inside end there', async () => {
    const definition = machine({
      A: { Type: 'Pass', Assign: { base: 10 }, Next: 'M' },
      M: {
        Type: 'Map',
        Items: [1, 2],
        ItemProcessor: {
          StartAt: 'In',
          States: {
            In: { Type: 'Pass', Assign: { total: '{% $base + $states.input %}' }, Next: 'Out' },
            Out: { Type: 'Pass', Output: '{% $total %}', End: true },
          },
        },
        Next: 'C',
      },
      C: { Type: 'Pass', Output: ['{% $states.input %}', '{% $exists($total) %}'], End: true },
    });
    await expect(walk({ definition })).resolves.toMatchObject({ output: [[11, 12], false] });
  });
});

describe('Map', () => {
  const definition = machine({
    M: {
      Type: 'Map',
      Items: '{% [1..6] %}',
      MaxConcurrency: 2,
      ItemSelector: {
        n: '{% $states.context.Map.Item.Value %}',
        i: '{% $states.context.Map.Item.Index %}',
        of: '{% $states.input %}',
      },
      ItemProcessor: {
        StartAt: 'W',
        States: {
          W: { Type: 'Wait', Seconds: 1, Next: 'T' },
          T: { ...invoke, Arguments: '{% $states.input %}', End: true },
        },
      },
      Output: '{% $sum($states.result) %}',
      End: true,
    },
  });

  it('gives each iteration its item, and never runs more than MaxConcurrency', async () => {
    const walked = await walk({
      definition,
      input: 'all',
      tasks: {
        T: (args) => {
          const { n, i, of } = args as { n: number; i: number; of: string };
          expect([n - i, of]).toEqual([1, 'all']);
          return n;
        },
      },
    });
    expect(walked.output).toBe(21);
    let running = 0;
    for (const type of types(walked)) {
      if (type === 'MapIterationStarted') running += 1;
      if (type === 'MapIterationSucceeded') running -= 1;
      expect(running).toBeLessThanOrEqual(2);
    }
  });

  it('ends the iterations beside the one that failed', async () => {
    const walked = await walk({
      definition: machine({
        M: {
          Type: 'Map',
          Items: [0, 3600],
          ItemProcessor: {
            StartAt: 'W',
            States: {
              W: { Type: 'Wait', Seconds: '{% $states.input %}', Next: 'F' },
              F: { Type: 'Fail', Error: 'Boom' },
            },
          },
          End: true,
        },
      }),
    });
    expect(walked).toMatchObject({ status: 'FAILED', error: 'Boom' });
    expect(types(walked).slice(-6)).toEqual([
      'FailStateEntered',
      'MapIterationFailed',
      'WaitStateAborted',
      'MapIterationAborted',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });
});

describe('A Parallel in a Map', () => {
  it('reads the item of the iteration around it, and ends no iteration of its own', async () => {
    const item = { Type: 'Pass', Output: '{% $states.context.Map.Item.Value %}', End: true };
    const branch = { StartAt: 'B', States: { B: item } };
    const each = { Type: 'Parallel', Branches: [branch, branch], End: true };
    const definition = machine({
      M: { Type: 'Map', Items: [7], ItemProcessor: { StartAt: 'P', States: { P: each } }, End: true },
    });
    const walked = await walk({ definition });
    expect(walked.output).toEqual([[7, 7]]);
    expect(types(walked).filter((type) => type === 'MapIterationSucceeded')).toHaveLength(1);
  });
});

describe('Task', () => {
  it('times out after TimeoutSeconds', async () => {
    const definition = machine({ A: { ...invoke, TimeoutSeconds: '{% $states.input %}', End: true } });
    const walked = await walk({ definition, input: 600, tasks: { A: () => unanswered } });
    expect(walked).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(types(walked).slice(-2)).toEqual(['TaskTimedOut', 'ExecutionFailed']);
    expect(walked.events.at(-1)!.timestamp - walked.events[0]!.timestamp).toBe(600_000);
  });

  it('with a token ends with what comes back, or when no heartbeat comes for too long', async () => {
    const definition = machine({
      A: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: '{% $states.context.Task.Token %}',
        HeartbeatSeconds: 30,
        TimeoutSeconds: 600,
        End: true,
      },
    });
    const answered = await walk({ definition, tasks: { A: (token) => typeof token } });
    expect(answered.output).toBe('string');
    expect(types(answered)).toContain('TaskSubmitted');
    const silent = await walk({ definition, tasks: { A: () => unanswered } });
    expect(silent).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    expect(silent.events.at(-1)!.timestamp - silent.events[0]!.timestamp).toBe(30_000);
  });

  it('is refused a result of more than 256 KiB', async () => {
    const definition = machine({
      A: { ...invoke, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], End: true },
      B: { Type: 'Succeed' },
    });
    await expect(walk({ definition, tasks: { A: () => 'x'.repeat(262_144) } })).resolves.toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });
});

describe('The state machine', () => {
  it('times out as a whole', async () => {
    const definition = machine({ A: { Type: 'Wait', Seconds: 10, End: true } }, { TimeoutSeconds: 5 });
    const walked = await walk({ definition });
    expect(walked.status).toBe('TIMED_OUT');
    expect(types(walked)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut']);
  });

  it('ends before its history is longer than AWS keeps', async () => {
    const definition = machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } });
    const walked = await walk({ definition });
    expect(walked).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(walked.events.length).toBeLessThanOrEqual(25_000);
  });
});
