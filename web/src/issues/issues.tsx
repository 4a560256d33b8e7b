// What must I act on? Failures by endpoint and outcome, with cause and sample beside the list, and "recover".
import { useState } from 'preact/hooks';
import { useLoad } from '../base/loading.ts';
import { count, counted } from '../base/numbers.ts';
import { href, setQuery, useRoute } from '../base/router.ts';
import { Spark } from '../charts/bars.tsx';
import { causeOf } from '../deliveries/words.ts';
import { Recover } from '../endpoints/recover.tsx';
import { sparkOf } from '../figures/reading.ts';
import { nameOf } from '../lookups/endpoints.ts';
import { Badge, EndpointBadge, outcomeWords } from '../parts/badge.tsx';
import { Button, LinkButton } from '../parts/button.tsx';
import { Exchange } from '../parts/code.tsx';
import { Card, Facts, Head, None, Note, Text } from '../parts/layout.tsx';
import { Empty, Shown } from '../parts/states.tsx';
import { Table } from '../parts/table.tsx';
import { When } from '../parts/when.tsx';
import { useMay } from '../session/who.ts';
import { type Issues as Found, findIssues, type Issue } from './finding.ts';
import { Marking, MarkWords } from './marking.tsx';

const EVERY_MS = 15_000;

export function Issues() {
  const found = useLoad<Found>('issues', findIssues, EVERY_MS);
  return (
    <>
      <Head
        title={found.value ? titleOf(found.value.issues) : 'Issues'}
        lead="Failures of the same kind at the same endpoint in the last 24 hours, as one thing to act on. What failed is tried again by its policy."
      />
      <Shown loaded={found} label="issues">
        {(value) => <Both found={value} onChange={found.reload} />}
      </Shown>
    </>
  );
}

const isMuted = ({ mark }: Issue): boolean => mark?.state === 'muted';

function titleOf(issues: readonly Issue[]): string {
  if (issues.length === 0) return 'Nothing failed in the last 24 hours';
  const open = issues.filter(({ mark }) => mark === undefined).length;
  return open === 0 ? 'No issue is left to act on' : `${counted(open, 'issue')} to act on`;
}

function Both({ found, onChange }: { readonly found: Found; readonly onChange: () => void }) {
  const { query } = useRoute();
  const { issues, isWhole } = found;
  if (issues.length === 0) {
    return (
      <Card label="Issues">
        <Empty icon="check" title="No issues">
          Every attempt of the last 24 hours was answered 2xx, or none was made.
        </Empty>
      </Card>
    );
  }
  const muted = issues.filter(isMuted);
  const loud = issues.filter((issue) => !isMuted(issue));
  const chosen = issues.find(({ id }) => id === query.get('issue')) ?? loud[0] ?? muted[0];
  return (
    <div class="cols lead">
      <div class="stack">
        {loud.length > 0 && (
          <Card
            label="Issues"
            footer={
              isWhole
                ? undefined
                : 'Of the 25 endpoints that come first. Choose others under Endpoints.'
            }
          >
            <IssueTable label="Issues" issues={loud} chosen={chosen} />
          </Card>
        )}
        {muted.length > 0 && (
          <Card title="Muted">
            <IssueTable label="Muted issues" issues={muted} chosen={chosen} />
          </Card>
        )}
      </div>
      {chosen && <Chosen key={chosen.id} issue={chosen} onChange={onChange} />}
    </div>
  );
}

interface IssueTableProps {
  readonly label: string;
  readonly issues: readonly Issue[];
  readonly chosen: Issue | undefined;
}

function IssueTable({ label, issues, chosen }: IssueTableProps) {
  return (
    <Table
      label={label}
      rows={issues}
      keyOf={({ id }) => id}
      isChosen={({ id }) => id === chosen?.id}
      columns={[
        {
          head: 'Issue',
          cell: ({ id, outcome, endpoint, mark }) => (
            <>
              <a
                href={href(['issues'], { issue: id })}
                onClick={(event) => {
                  event.preventDefault();
                  setQuery({ issue: id });
                }}
              >
                <b>{outcomeWords(outcome)}</b>
              </a>
              <small>
                <Text>{nameOf(endpoint)}</Text>
              </small>
              {mark?.state === 'acknowledged' && <Badge tone="info">Acknowledged</Badge>}
            </>
          ),
        },
        {
          head: 'Endpoint’s state',
          cell: ({ endpoint }) => <EndpointBadge endpoint={endpoint} />,
        },
        { head: 'Outcome', looks: 'lo nowrap', cell: ({ outcome }) => <code>{outcome}</code> },
        {
          head: '24 h',
          cell: ({ outcome, bars }) => <Spark label={outcome} bars={sparkOf(bars)} />,
        },
        { head: 'Attempts', looks: 'num', cell: (issue) => count(issue.count) },
        {
          head: 'Last',
          looks: 'nowrap',
          cell: ({ lastAt }) => (lastAt ? <When at={lastAt} /> : <None>earlier</None>),
        },
      ]}
    />
  );
}

function Chosen({ issue, onChange }: { readonly issue: Issue; readonly onChange: () => void }) {
  const may = useMay('deliveries:write');
  const [isRecovering, setRecovering] = useState(false);
  const { endpoint, outcome, sample, lastAt, bars } = issue;
  const first = bars.find(({ bad }) => bad > 0);
  const cause = sample && causeOf(sample, endpoint);
  return (
    <Card title={outcomeWords(outcome)} aside={<EndpointBadge endpoint={endpoint} />} pad>
      <p>
        {counted(issue.count, 'attempt')} at{' '}
        <a href={href(['endpoints', endpoint.id])}>
          <Text>{nameOf(endpoint)}</Text>
        </a>{' '}
        ended so in the last 24 hours. {sample?.attempts.at(-1)?.outcome === outcome ? cause : ''}
      </p>
      {issue.mark && (
        <Note tone="info" icon={issue.mark.state === 'muted' ? 'slash' : 'tick'}>
          <p>
            <MarkWords mark={issue.mark} />
          </p>
        </Note>
      )}
      <Facts
        facts={[
          first && [
            'First',
            <>
              In the hour from <When at={first.at} as="brief" />
            </>,
          ],
          lastAt !== undefined && ['Last', <When at={lastAt} as="both" />],
          [
            'Sample',
            sample ? (
              <a href={href(['deliveries', sample.id])}>
                Delivery of <code>{sample.type}</code>
              </a>
            ) : (
              <None>no longer among the newest</None>
            ),
          ],
          endpoint.health.failingSince !== null && [
            'Failing since',
            <When at={endpoint.health.failingSince} as="both" />,
          ],
        ]}
      />
      {sample?.lastResponse && sample.attempts.at(-1)?.outcome === outcome && (
        <Exchange
          label="Sample of an answer"
          first={String(sample.lastResponse.status)}
          tone="bad"
          headers={sample.lastResponse.headers}
          body={sample.lastResponse.body}
        />
      )}
      <div class="row">
        <LinkButton icon="plug" to={href(['endpoints', endpoint.id])}>
          Go to the endpoint
        </LinkButton>
        {may && (
          <Button kind="primary" icon="again" onClick={() => setRecovering(true)}>
            Recover all…
          </Button>
        )}
        {may && <Marking issue={issue} onChange={onChange} />}
      </div>
      {isRecovering && (
        <Recover endpoint={endpoint} onClose={() => setRecovering(false)} onDone={onChange} />
      )}
    </Card>
  );
}
