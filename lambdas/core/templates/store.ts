// Templates as the registry keeps them.
import type { Page } from '../listing.ts';
import type { Scope } from '../scope.ts';
import type { Template } from './template.ts';

/** A template, and what a request that is looking through its endpoints is about to make of it. */
export interface KeptTemplate {
  readonly template: Template;
  readonly planned?: Template;
}

interface TemplateStore {
  /** Puts a template if there is none with this id. @returns the stored one, undefined if it was deleted */
  putTemplateOnce(template: Template): Promise<Template | undefined>;
  getTemplate(scope: Scope, id: string): Promise<KeptTemplate | undefined>;
  /** Removes it without a tombstone, even if endpoints inherit from it. */
  removeTemplate(scope: Scope, id: string): Promise<void>;
}

interface TemplateChanges {
  /**
   * Says what the template is to become, in place of what others said, before its endpoints are looked through: an
   * endpoint that is written later meets it. False if the template is not as it was read.
   */
  planTemplate(before: Template, planned: Template): Promise<boolean>;
  /** The plan is not carried out then, whoever made it. False if it is another by now. */
  dropPlan(kept: KeptTemplate): Promise<boolean>;
  /**
   * Puts the template if it is still as it was read, and the plan, if there is one: false otherwise. Of one that is
   * deleted then, nothing stays but a tombstone. Resolves once every fan-out will see the change.
   */
  replaceTemplate(before: KeptTemplate, after: Template): Promise<boolean>;
}

interface TemplateListing {
  /** Deleted ones too that an older version left in the list. */
  listAllTemplates(scope: Scope, limit: number, cursor?: string): Promise<Page<Template>>;
  /** By id, oldest first. */
  listTemplates(scope: Scope, limit: number, cursor?: string): Promise<Page<Template>>;
}

/** One request at a time gives a name to a template, so that no two get the same. */
interface TemplateNaming {
  /** False while another holds it; who died with it holds it for a minute. */
  holdName(scope: Scope, name: string, holder: string, nowMs: number): Promise<boolean>;
  releaseName(scope: Scope, name: string, holder: string): Promise<void>;
}

export interface Templates
  extends TemplateStore,
    TemplateChanges,
    TemplateListing,
    TemplateNaming {}
