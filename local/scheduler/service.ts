// EventBridge Scheduler for what Posthorn asks of it: one-time schedules that put a message on a
// queue and delete themselves.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
import { z } from 'zod';
import { arnOf } from '../aws-names.ts';
import { scheduleCall } from '../gate/aws-calls.ts';
import type { ControlRequest, ControlService } from '../gate/control-endpoint.ts';
import { ServiceFault } from '../gate/service-fault.ts';
import { textOf } from '../json.ts';
import type { Schedule, ScheduleStore } from './store.ts';

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;
const NAME = /^[0-9A-Za-z_.-]{1,64}$/;
const PATH = /^\/schedules\/([^/]+)$/;

const definitionShape = z.object({
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string().regex(AT),
  ScheduleExpressionTimezone: z.literal('UTC').default('UTC'),
  FlexibleTimeWindow: z.object({ Mode: z.literal('OFF') }),
  ActionAfterCompletion: z.literal('DELETE'),
  State: z.literal('ENABLED').default('ENABLED'),
  Target: z.looseObject({
    Arn: z.string().startsWith('arn:aws:sqs:'),
    RoleArn: z.string().startsWith('arn:aws:iam:'),
    Input: z.string().default(''),
  }),
});

export function scheduledTarget(schedule: Schedule) {
  return definitionShape.parse(JSON.parse(schedule.definition)).Target;
}

/** `groups` are the schedule groups of the stack. */
export function schedulerService(
  store: ScheduleStore,
  groups: ReadonlySet<string>,
): ControlService {
  return (request) => {
    const encoded = PATH.exec(request.url.pathname)?.[1];
    if (encoded === undefined) return undefined;
    const name = decodeURIComponent(encoded);
    const group =
      request.url.searchParams.get('groupName') ?? (textOf(request.body.GroupName) || 'default');
    switch (request.method) {
      case 'POST':
        return change('CreateSchedule', request, group, name, groups, (schedule) => {
          if (store.insert(schedule)) return;
          throw new ServiceFault(409, 'ConflictException', `Schedule ${name} already exists.`);
        });
      case 'PUT':
        return change('UpdateSchedule', request, group, name, groups, (schedule) => {
          if (!store.update(schedule)) throw notFound(name);
        });
      case 'DELETE':
        request.authorize(scheduleCall('DeleteSchedule', group, name));
        if (!store.remove(group, name)) throw notFound(name);
        return { statusCode: 200, body: {} };
      case 'GET': {
        request.authorize(scheduleCall('GetSchedule', group, name));
        const schedule = store.get(group, name);
        if (schedule === undefined) throw notFound(name);
        const stored = JSON.parse(schedule.definition);
        const body = { ...stored, Arn: scheduleArn(group, name), GroupName: group, Name: name };
        return { statusCode: 200, body };
      }
      default:
        return undefined;
    }
  };
}

function change(
  operation: string,
  request: ControlRequest,
  group: string,
  name: string,
  groups: ReadonlySet<string>,
  store: (schedule: Schedule) => void,
) {
  const parsed = definitionShape.safeParse(request.body);
  const role = parsed.success ? parsed.data.Target.RoleArn : '';
  request.authorize(scheduleCall(operation, group, name, role));
  if (!NAME.test(name)) throw new ServiceFault(400, 'ValidationException', `Bad name: ${name}`);
  if (!parsed.success) {
    throw new ServiceFault(400, 'ValidationException', z.prettifyError(parsed.error));
  }
  if (group !== 'default' && !groups.has(group)) {
    throw new ServiceFault(
      404,
      'ResourceNotFoundException',
      `Schedule group ${group} does not exist.`,
    );
  }
  const time = AT.exec(parsed.data.ScheduleExpression)?.[1] ?? '';
  const dueAtMs = Date.parse(`${time}Z`);
  if (Number.isNaN(dueAtMs)) {
    throw new ServiceFault(400, 'ValidationException', `Invalid Schedule Expression at(${time}).`);
  }
  store({ group, name, dueAtMs, definition: request.text });
  return { statusCode: 200, body: { ScheduleArn: scheduleArn(group, name) } };
}

function scheduleArn(group: string, name: string): string {
  return arnOf('scheduler', `schedule/${group}/${name}`);
}

function notFound(name: string): ServiceFault {
  return new ServiceFault(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
}
