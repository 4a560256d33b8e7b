// An endpoint that was written joins its template: whoever changes the template at the same time either finds the
// endpoint, or has said before what the template is to become.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { optimistically } from '../../core/optimistic.ts';
import { sealedValuesOf } from '../../core/resealing/sealed-values.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import type { Templates } from '../../core/templates/store.ts';
import { type Template, withoutInherited, withTemplate } from '../../core/templates/template.ts';
import { faultsWith } from './settings.ts';

/** How often the template, or what it is to become, may change meanwhile. */
const ROUNDS = 5;

interface JoiningPorts {
  readonly templates: Pick<Templates, 'getTemplate' | 'dropPlan'>;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
}

/**
 * A plan that does not go with the endpoint is dropped: its maker looks again, and finds the endpoint.
 * @param written the endpoint as it was just written
 * @param checked the template that it was checked with
 * @returns the endpoint with what the template gives by now; undefined if the two do not go together
 */
export async function joined(
  { templates, secrets }: JoiningPorts,
  written: Endpoint,
  checked: Template,
): Promise<Endpoint | undefined> {
  const sealingKey = await secrets.sealingKey(sealedValuesOf(written));
  const goesWith = ({ deletedAtMs, ...template }: Template): boolean =>
    deletedAtMs === undefined && faultsWith(template, written, sealingKey).length === 0;
  const end = await optimistically(ROUNDS, async () => {
    const kept = await templates.getTemplate(written, checked.id);
    if (!kept) return {};
    const { template, planned } = kept;
    const isAsChecked = template.version === checked.version;
    if (!isAsChecked && !goesWith(template)) return {};
    const isSettled = !planned || goesWith(planned) || (await templates.dropPlan(kept));
    if (!isSettled) return undefined;
    return { endpoint: isAsChecked ? written : withTemplate(withoutInherited(written), template) };
  });
  return end?.endpoint;
}
