import { walk, type Walk, type Walked } from '@regulabel/local-cloud/walk';
import type { Definition } from './stateMachine.ts';

/** A state machine that remembers where its walks have led. */
export interface RememberedWalks {
  readonly walk: (how: Omit<Walk, 'definition'>) => Promise<Walked>;
  /**
   * Where no walk has led so far: states, choices, defaults, catchers and retriers, each in words for people. Empty when
   * everything was walked.
   */
  readonly unwalked: () => string[];
}

/** Services depend on this package only; the interpreter that walks their definitions is the local cloud's. */
export function rememberWalks(definition: Definition): RememberedWalks {
  const ways = new Map<string, string>();
  const walked = new Set<string>();
  const marked = markMachine(definition, ways);
  return {
    async walk(how) {
      const result = await walk({ ...how, definition: marked });
      const taken = [
        ...result.visited.map(ofState),
        ...result.retried.map(({ state, retrier }) => ofRetrier(state, retrier)),
        ...result.events.flatMap(assignedIn),
      ];
      for (const way of taken) walked.add(way);
      return result;
    },
    unwalked: () => [...ways].flatMap(([way, words]) => (walked.has(way) ? [] : [words])),
  };
}

/** State names are unique, those of inner machines among them. */
const ofState = (name: string): string => `state ${name}`;
const ofRetrier = (state: string, index: number): string => `retrier ${index} of ${state}`;

const assignedIn = ({ details }: Walked['events'][number]): string[] =>
  Object.keys(details?.['stateExitedEventDetails']?.['assignedVariables'] ?? {});

interface State {
  readonly Choices?: readonly WayOut[];
  readonly Default?: string;
  readonly Catch?: readonly WayOut[];
  readonly Retry?: readonly Pick<WayOut, 'ErrorEquals'>[];
  readonly ItemProcessor?: Machine;
  readonly Branches?: readonly Machine[];
}
interface WayOut {
  readonly ErrorEquals?: readonly string[];
  readonly Next?: string;
  readonly Assign?: object;
}
type Machine = Pick<Definition, 'States'>;

/** A copy in which each way out of a state assigns a variable of its own, by which the history tells that it was taken. */
const markMachine = <M extends Machine>(machine: M, ways: Map<string, string>): M => ({
  ...machine,
  States: Object.fromEntries(
    Object.entries(machine.States).map(([name, state]) => [name, markState(name, state, ways)]),
  ),
});

function markState(name: string, state: State, ways: Map<string, string>): State {
  ways.set(ofState(name), `state ${name}`);
  const mark = <W extends WayOut>(out: W, words: string): W => {
    const variable = `way${ways.size}`;
    ways.set(variable, `${name}, ${words}`);
    return { ...out, Assign: { ...out.Assign, [variable]: true } };
  };
  const { Choices, Default, Catch, Retry = [], ItemProcessor, Branches } = state;
  for (const [index, retrier] of Retry.entries())
    ways.set(ofRetrier(name, index), `${name}, retrier of ${errorsOf(retrier)}`);
  return {
    ...(Default === undefined ? state : mark(state as State & WayOut, `default, to ${Default}`)),
    ...(Choices && {
      Choices: Choices.map((choice, index) => mark(choice, `choice ${index + 1}, to ${nextOf(choice)}`)),
    }),
    ...(Catch && {
      Catch: Catch.map((catcher) => mark(catcher, `catcher of ${errorsOf(catcher)}, to ${nextOf(catcher)}`)),
    }),
    ...(ItemProcessor && { ItemProcessor: markMachine(ItemProcessor, ways) }),
    ...(Branches && { Branches: Branches.map((branch) => markMachine(branch, ways)) }),
  };
}

const errorsOf = ({ ErrorEquals = [] }: Pick<WayOut, 'ErrorEquals'>): string => ErrorEquals.join(', ');
const nextOf = ({ Next = '' }: WayOut): string => Next;
