// /v1/templates: named settings that endpoints are made from and follow.
import { isDeepStrictEqual } from 'node:util';
import { isId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import { writerOf } from '../../core/surroundings.ts';
import type { KeptTemplate, Templates } from '../../core/templates/store.ts';
import type { Template } from '../../core/templates/template.ts';
import type { AppContext } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { type CreationPorts, createOnce, DELETED_SINCE } from '../../http/creation.ts';
import { idempotencyKeyIn } from '../../http/idempotency-key.ts';
import type { Serve } from '../../http/operation.ts';
import { overtaken, requireMatch, tagged } from '../entity-tag.ts';
import { listView } from '../listing/query.ts';
import { allTemplates, followersOf, MAX_TEMPLATES } from './lookup.ts';
import * as operations from './operations.ts';
import {
  conflicts,
  keptTemplateSettings,
  merged,
  readSettings,
  type TemplateSettingsPorts,
} from './settings.ts';
import { templateView } from './view.ts';

/** How often a change is tried again when another overtook it, or an endpoint came that it does not go with. */
const ROUNDS = 3;
/** So many followers that a change does not go with are named. */
const MAX_NAMED = 20;

interface TemplatePorts extends TemplateSettingsPorts, Pick<CreationPorts, 'ledger'> {
  readonly templates: Templates;
}

export function addTemplateRoutes(serve: Serve, ports: TemplatePorts): void {
  const { templates, surroundings } = ports;

  /** @throws Problem 404, the same for another tenant's template as for none */
  async function find(scope: Scope, id: string): Promise<KeptTemplate> {
    const kept = isId('tpl', id) ? await templates.getTemplate(scope, id) : undefined;
    if (!kept) throw new Problem(404, operations.NO_TEMPLATE);
    return kept;
  }

  /** @throws Problem 409 */
  async function requireFree(scope: Scope, name: string, isNew: boolean): Promise<void> {
    const entries = await allTemplates(templates, scope);
    const taken = entries.find((one) => one.name === name);
    if (taken) throw new Problem(409, `The template ${taken.id} already has this name.`);
    if (isNew && entries.length >= MAX_TEMPLATES) {
      throw new Problem(409, `At most ${MAX_TEMPLATES} templates are allowed: delete one first.`);
    }
  }

  /** Nobody else gives a template this name between the reading of all names and the writing. @throws Problem 409 */
  async function naming<T>(c: AppContext, scope: Scope, name: string, work: () => Promise<T>) {
    // Repeats of one request work side by side.
    const holder = idempotencyKeyIn(c) ?? surroundings.random(10).toString();
    if (!(await templates.holdName(scope, name, holder, surroundings.now()))) {
      throw new Problem(409, 'Another template is given this name at the moment.');
    }
    try {
      return await work();
    } finally {
      await templates.releaseName(scope, name, holder);
    }
  }

  serve(operations.createTemplate, async ({ c, scope, body, reply }) => {
    const create = () =>
      createOnce(c, ports, scope, {
        kind: 'templates',
        prefix: 'tpl',
        body,
        find: async (id) => (await templates.getTemplate(scope, id))?.template,
        check: async () => {
          readSettings(body.settings);
          await requireFree(scope, body.name, true);
        },
        make: async ({ id, atMs }) => {
          const settings = await keptTemplateSettings(c, ports, { ...scope, id }, body.settings);
          const { name } = body;
          const times = { createdAtMs: atMs, updatedAtMs: atMs };
          return templates.putTemplateOnce({
            ...scope,
            id,
            name,
            ...settings,
            ...times,
            version: 1,
          });
        },
      });
    const made = await naming(c, scope, body.name, create);
    if (!made) throw new Problem(409, DELETED_SINCE);
    return reply(201, templateView(made), tagged(made));
  });

  serve(operations.listTemplates, async ({ scope, query, reply }) =>
    reply(
      200,
      listView(await templates.listTemplates(scope, query.limit, query.cursor), templateView),
    ),
  );

  serve(operations.getTemplate, async ({ scope, params, reply }) => {
    const { template } = await find(scope, params.id);
    return reply(200, templateView(template), tagged(template));
  });

  /**
   * Writes what comes of the template as it is, unless the request knows another.
   * @param check throws if the endpoints that follow the template do not go with it then
   * @throws Problem 404, 409, 412
   */
  async function changed(
    c: AppContext,
    scope: Scope,
    id: string,
    after: (template: Template) => Promise<Template>,
    check: (before: Template, after: Template) => Promise<void>,
  ): Promise<Template> {
    const written = await optimistically(ROUNDS, async () => {
      const { template } = await find(scope, id);
      requireMatch(c, tagged(template));
      const wanted = await after(template);
      if (wanted === template) return wanted;
      const writer = writerOf(surroundings);
      const planned = { ...wanted, version: template.version + 1, writer };
      const kept = { template, planned };
      if (!(await templates.planTemplate(template, planned))) return undefined;
      try {
        await check(template, planned);
      } catch (error) {
        await templates.dropPlan(kept);
        throw error;
      }
      return (await templates.replaceTemplate(kept, planned)) ? planned : undefined;
    });
    if (!written) throw overtaken(c);
    return written;
  }

  serve(operations.changeTemplate, async ({ c, scope, params, body, reply }) => {
    const change = () => changed(c, scope, params.id, plan, check);
    const plan = async (before: Template): Promise<Template> => {
      const { name = before.name } = body;
      if (name !== before.name) await requireFree(scope, name, false);
      const asked = merged(before, body.settings ?? {});
      const settings = await keptTemplateSettings(c, ports, before, asked, before);
      const next = { ...before, ...settings, name };
      return isDeepStrictEqual(next, before)
        ? before
        : { ...next, updatedAtMs: surroundings.now() };
    };
    const check = async (before: Template, after: Template): Promise<void> => {
      const isSame = isDeepStrictEqual(after.settings, before.settings);
      const faults = isSame ? [] : await conflicts(ports, after);
      if (faults.length > 0) throw refused(faults.slice(0, MAX_NAMED));
    };
    const after = await (body.name === undefined ? change() : naming(c, scope, body.name, change));
    return reply(200, templateView(after), tagged(after));
  });

  serve(operations.deleteTemplate, async ({ c, scope, params }) => {
    const plan = async (before: Template): Promise<Template> => ({
      ...before,
      deletedAtMs: surroundings.now(),
    });
    await changed(c, scope, params.id, plan, async (template) => {
      const { length: count } = await followersOf(ports.registry, template);
      if (count === 0) return;
      const are = count === 1 ? 'endpoint follows' : 'endpoints follow';
      throw new Problem(409, `${count} ${are} this template: detach or delete them first.`);
    });
    return c.body(null, 204);
  });
}
