// A filter against data that is typed, or an event that came in; the API says which conditions fail.
import { useEffect, useState } from 'preact/hooks';
import { path } from '../base/api.ts';
import { isJson, memberText } from '../base/json-text.ts';
import { useAction, useApi } from '../base/loading.ts';
import { useRoute } from '../base/router.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Card, Note } from '../parts/layout.tsx';
import { FaultNote } from '../parts/states.tsx';

interface Tested {
  readonly matches: boolean;
  readonly failures: readonly { readonly path: string; readonly message: string }[];
}

const FILTER = '{\n  "risk": { "score": [{ "numeric": [">", 80] }] }\n}';
const DATA = '{\n  "risk": { "score": 12.50 }\n}';

export function FilterTester() {
  const api = useApi();
  const action = useAction();
  const { query } = useRoute();
  const [filter, setFilter] = useState(FILTER);
  const [data, setData] = useState(DATA);
  const [tested, setTested] = useState<Tested>();
  const [endpoint, event] = [query.get('endpoint'), query.get('event')];
  useEffect(() => {
    void action.run(async () => {
      if (endpoint) {
        const { text } = await api.request(path`/v1/endpoints/${endpoint}`);
        const known = memberText(text, 'filter');
        if (known && known !== 'null') setFilter(known);
      }
      if (event) {
        const { text } = await api.request(path`/v1/events/${event}`);
        setData(memberText(text, 'data') ?? DATA);
      }
    });
  }, [endpoint, event]);
  const areValid = isJson(filter) && isJson(data);
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    void action.run(async () => {
      setTested(
        (
          await api.request<Tested>(path`/v1/filters/test`, {
            method: 'POST',
            bodyText: `{"filter":${filter},"data":${data}}`,
          })
        ).value,
      );
    });
  };
  const changed = (set: (text: string) => void) => (text: string) => {
    set(text);
    setTested(undefined);
  };
  return (
    <Card
      title="Filter"
      aside={<span class="small muted">Does this filter let this data through?</span>}
      pad
    >
      <form class="stack" onSubmit={submit}>
        <div class="cols">
          <Field
            label="Filter"
            rows={9}
            value={filter}
            onInput={changed(setFilter)}
            fault={isJson(filter) ? undefined : 'This is no JSON yet.'}
          />
          <Field
            label="Data of an event"
            rows={9}
            value={data}
            onInput={changed(setData)}
            fault={isJson(data) ? undefined : 'This is no JSON yet.'}
          />
        </div>
        <FaultNote fault={action.fault} />
        <div class="row">
          <Button type="submit" kind="primary" icon="flask" disabled={!areValid || action.isBusy}>
            Try the filter
          </Button>
        </div>
      </form>
      {tested && (
        <Note tone={tested.matches ? 'ok' : 'warn'} live>
          <p>
            <b>
              {tested.matches
                ? 'It matches: such an event is sent.'
                : 'It does not match: such an event is not sent.'}
            </b>
          </p>
          {tested.failures.length > 0 && (
            <ul class="small">
              {tested.failures.map((failure) => (
                <li key={failure.path + failure.message}>
                  <code>{failure.path || '/'}</code> {failure.message}
                </li>
              ))}
            </ul>
          )}
        </Note>
      )}
    </Card>
  );
}
