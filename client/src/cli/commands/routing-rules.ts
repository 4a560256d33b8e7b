import type { RoutingRulesInput } from '../../models.ts';
import { type Command, UsageError } from '../command.ts';
import { exactObject, readInput } from '../json-input.ts';

export const ROUTING_COMMANDS: readonly Command[] = [
  {
    name: 'routing-rules get',
    summary: 'show the routing rules, in their order',
    async run({ posthorn, out }) {
      const found = await posthorn.routingRules.get();
      if (out.isJson) return out.one(found);
      const rules = found.rules.map((rule, at) => ({ ...rule, number: at + 1 }));
      out.list(rules, ({ number, when, set, stop }) => ({
        rule: number,
        when,
        channels: set.channels,
        stop: stop === true,
      }));
    },
  },
  {
    name: 'routing-rules put',
    summary: 'replace all routing rules',
    options: {
      file: {
        type: 'string',
        value: 'FILE|-',
        help: 'required: {"rules": [...]}, from a file or standard input',
      },
      'if-match': { type: 'string', value: 'ETAG', help: 'only if they still have this version' },
    },
    async run({ posthorn, out, options }) {
      const file = options.required('file');
      const { rules, ...others } = exactObject(await readInput(file), file);
      if (rules === undefined || Object.keys(others).length > 0)
        throw new UsageError(`${file} must be {"rules": [...]}`);
      // JsonText is written out as it is.
      const input = rules as RoutingRulesInput['rules'];
      const kept = await posthorn.routingRules.put(input, options.text('if-match'));
      out.done(`${kept.rules.length} rules are kept`, kept);
    },
  },
];
