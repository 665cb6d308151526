import type { Command } from 'commander';
import { addCommand, exitWith, stageOption } from '../commandLine.ts';
import { figure, howToRun, print, printJson, table } from '../output.ts';
import { readWinners } from '../winners.ts';
import { withSession, type CommonOptions } from './withSession.ts';

export const declareWinners = (program: Command): Command =>
  addCommand(program, 'winners', 'the model in production for each line', 'winners --stage dev')
    .addOption(stageOption())
    .action(exitWith(winners));

/** `winners`: the model in production for each line. */
async function winners(options: CommonOptions): Promise<number> {
  return withSession({ ...options, existing: true }, async (session) => {
    const found = (await readWinners(session)).map(({ country, scheme, model, since, metrics }) => ({
      country,
      scheme,
      model,
      since,
      metrics,
    }));
    if (options.json) printJson(found);
    else if (found.length === 0) print(`no winner yet: ${howToRun(options)}`);
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
