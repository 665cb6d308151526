import type { Input } from '../aws.ts';
import { notSupported } from '../operation.ts';
import { parseJson } from './awsJson.ts';
import type { Protocol, WireRequest } from './protocol.ts';

/** `METHOD path` per operation; `{Name}` is a member of the input. */
const ROUTES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  lambda: {
    Invoke: 'POST /2015-03-31/functions/{FunctionName}/invocations',
    ListFunctions: 'GET /2015-03-31/functions',
    GetFunction: 'GET /2015-03-31/functions/{FunctionName}',
    GetFunctionConfiguration: 'GET /2015-03-31/functions/{FunctionName}/configuration',
    ListEventSourceMappings: 'GET /2015-03-31/event-source-mappings',
    GetEventSourceMapping: 'GET /2015-03-31/event-source-mappings/{UUID}',
    UpdateFunctionCode: 'PUT /2015-03-31/functions/{FunctionName}/code',
  },
  scheduler: {
    CreateSchedule: 'POST /schedules/{Name}',
    GetSchedule: 'GET /schedules/{Name}',
    UpdateSchedule: 'PUT /schedules/{Name}',
    DeleteSchedule: 'DELETE /schedules/{Name}',
    ListSchedules: 'GET /schedules',
    CreateScheduleGroup: 'POST /schedule-groups/{Name}',
    GetScheduleGroup: 'GET /schedule-groups/{Name}',
    DeleteScheduleGroup: 'DELETE /schedule-groups/{Name}',
    ListScheduleGroups: 'GET /schedule-groups',
  },
};

/** Header members of Lambda's Invoke, in and out. */
const INVOKE_INPUT = {
  InvocationType: 'x-amz-invocation-type',
  LogType: 'x-amz-log-type',
  ClientContext: 'x-amz-client-context',
};
const INVOKE_OUTPUT = {
  FunctionError: 'x-amz-function-error',
  ExecutedVersion: 'x-amz-executed-version',
};

/** REST JSON: Lambda and EventBridge Scheduler. Invoke's `Payload` is bytes both ways. */
export const restJson: Protocol = {
  read(request) {
    const { operation, labels } = route(request);
    // Query parameters are members with a small first letter in some operations (`groupName`), a capital one in others,
    // and one has a name of its own.
    const parameters = [...request.query].map(([name, value]) => [
      name === 'ScheduleGroup' ? 'GroupName' : name.charAt(0).toUpperCase() + name.slice(1),
      value,
    ]);
    const { body } = request;
    const input = { ...(Object.fromEntries(parameters) as Input), ...labels };
    if (operation !== 'Invoke') return { operation, input: { ...parseJson(body), ...input } };
    const headers = Object.entries(INVOKE_INPUT).flatMap(([member, header]) => {
      const value = request.headers[header];
      return value === undefined ? [] : [[member, value]];
    });
    return { operation, input: { ...input, ...(Object.fromEntries(headers) as Input), Payload: body } };
  },

  write(_request, { operation }, { output, requestId }) {
    if (operation !== 'Invoke') return json(200, requestId, output);
    const headers = Object.entries(INVOKE_OUTPUT).flatMap(([member, header]): [string, string][] => {
      const value = output[member];
      return typeof value === 'string' ? [[header, value]] : [];
    });
    return {
      status: Number(output['StatusCode']),
      headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...Object.fromEntries(headers) },
      body: String(output['Payload']),
    };
  },

  fail(error, _request, requestId) {
    const response = json(error.status, requestId, {
      ...error.members,
      Type: error.status < 500 ? 'User' : 'Service',
      Message: error.message,
    });
    return { ...response, headers: { ...response.headers, 'x-amzn-errortype': error.code } };
  },
};

const json = (status: number, requestId: string, body: unknown) => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId },
  body: JSON.stringify(body),
});

function route({ service, method, path }: WireRequest): { operation: string; labels: Record<string, string> } {
  const given = path.replace(/\/$/, '').split('/');
  for (const [operation, template] of Object.entries(ROUTES[service] ?? {})) {
    const [verb, pattern = ''] = template.split(' ');
    const labels = verb === method ? match(pattern.split('/'), given) : undefined;
    if (labels !== undefined) return { operation, labels };
  }
  throw notSupported(`${service} ${method} ${path}`);
}

function match(pattern: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, step] of pattern.entries()) {
    const part = given[index] ?? '';
    if (step.startsWith('{')) labels[step.slice(1, -1)] = decodeURIComponent(part);
    else if (step !== part) return undefined;
  }
  return labels;
}
