import { AwsError } from '../aws.ts';
import { InvalidPattern } from './invalidPattern.ts';
import { JsonSyntaxError, parseJson, type Json } from './json.ts';
import { compilePattern, fieldsOf, type Pattern } from './pattern.ts';

/** What an event must have for TestEventPattern to look at it. `resources` is documented as mandatory too, but is not asked for. */
const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

/** EventBridge's TestEventPattern: both parameters are JSON texts. Throws AWS's refusals. */
export function testEventPattern(patternText: string, eventText: string): boolean {
  const event = readEvent(eventText);
  return validPattern(patternText).matches(fieldsOf(event));
}

/** The compiled pattern, or InvalidEventPatternException. */
export function validPattern(text: string): Pattern {
  try {
    return compilePattern(text);
  } catch (error) {
    if (!(error instanceof InvalidPattern)) throw error;
    throw new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${error.message}`, {
      cause: error,
    });
  }
}

function readEvent(text: string): Json {
  const event = parsed(text);
  const names = new Set(event?.kind === 'object' ? event.members.map(([name]) => name) : []);
  if (event === undefined || MANDATORY.some((name) => !names.has(name))) {
    throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  }
  return event;
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}
