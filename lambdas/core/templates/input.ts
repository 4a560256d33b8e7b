// The input of a template: its settings are checked like those of an endpoint.
import * as z from 'zod';
import { NO_LISTS } from '../destinations/http/lists.ts';
import { maskedFaults, type SealedAuthentication } from '../endpoints/authentication.ts';
import { endpointInputSchema } from '../endpoints/endpoint.ts';
import { SETTING_NAMES, SHARED_SETTINGS } from '../endpoints/settings/all.ts';
import { faultsOf } from '../faults.ts';
import { type Fault, pointer } from '../problem.ts';

/** A template has no URL: it is checked as if it were an endpoint at some allowed place. */
const ANY_URL = 'https://template.invalid/';
const endpointSchema = endpointInputSchema({
  allowHttp: true,
  allowPrivate: true,
  allowedPorts: 'any',
  lists: { ...NO_LISTS, allowNames: ['template.invalid'] },
});

export const templateNameSchema = z
  .string()
  .regex(
    /^(?!tpl_)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    'must be 1 to 64 letters, digits, _, . and -, begin with a letter or digit, and not with tpl_',
  );

/** All settings, with defaults for those that are not given; or the faults by path. */
export function readTemplateSettings(
  asked: Readonly<Record<string, unknown>>,
  kept?: readonly SealedAuthentication[],
) {
  const faults: Fault[] = Object.keys(asked)
    .filter((name) => !SHARED_SETTINGS.has(name))
    .map((name) => ({
      path: pointer([name]),
      message: SETTING_NAMES.has(name)
        ? 'belongs to each endpoint and cannot be in a template'
        : 'is not a known field',
    }));
  const shared = Object.entries(asked).filter(([name]) => SHARED_SETTINGS.has(name));
  const parsed = endpointSchema.safeParse({ ...Object.fromEntries(shared), url: ANY_URL });
  if (!parsed.success) faults.push(...faultsOf(parsed.error));
  faults.push(...maskedFaults(asked.authentication, kept));
  return { input: parsed.data, faults };
}

/** Conflicts between an endpoint's settings, whatever its URL. */
export function faultsTogether(asked: Readonly<Record<string, unknown>>): Fault[] {
  const parsed = endpointSchema.safeParse({ ...asked, url: ANY_URL });
  return parsed.success ? [] : faultsOf(parsed.error);
}
