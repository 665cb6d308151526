import type { Command } from 'commander';
import { addCommand, exitWith } from '../commandLine.ts';
import { requireState } from '../local/stateFolder.ts';
import { figure, print, printJson, table } from '../output.ts';
import { readWinners } from '../winners.ts';
import { withSession, type CommonOptions } from './withSession.ts';

export const declareWinners = (program: Command): Command =>
  addCommand(program, 'winners', 'the model in production for each line', 'winners --json').action(exitWith(winners));

/** `winners`: the model in production for each line. */
async function winners(options: CommonOptions): Promise<number> {
  await requireState(options.state);
  return withSession(options, async (session) => {
    const found = (await readWinners(session)).map(({ country, scheme, model, since, metrics }) => ({
      country,
      scheme,
      model,
      since,
      metrics,
    }));
    if (options.json) printJson(found);
    else if (found.length === 0) print('no winner yet: `npm start`, or `run training`');
    else {
      const rows = found.map(({ country, scheme, model, since, metrics }) => [
        `${country}/${scheme}`,
        figure(metrics.accuracy),
        figure(metrics.macroF1),
        String(metrics.rows),
        since,
        model,
      ]);
      print(...table([['line', 'accuracy', 'macro-F1', 'test rows', 'since', 'model'], ...rows]));
    }
    return 0;
  });
}
