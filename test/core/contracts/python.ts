// Python's own hmac and hashlib over many deliveries in one process, where python3 is present.
import { spawnSync } from 'node:child_process';

export const hasPython = spawnSync('python3', ['--version']).status === 0;

/** What Python must find: all as text, bodies as base64. */
export interface PythonCase {
  readonly kind: 'hmac-sha256' | 'sha3-256';
  readonly body: string;
  readonly key: string;
  readonly expected: string;
}

const PROGRAM = `
import base64, hashlib, hmac, json, sys
answers = []
for case in json.load(sys.stdin):
    body, key = base64.b64decode(case['body']), case['key'].encode()
    if case['kind'] == 'hmac-sha256':
        found = hmac.new(key, body, hashlib.sha256).hexdigest()
    else:
        found = hashlib.sha3_256(body + key).hexdigest()
    answers.append(hmac.compare_digest(found.encode(), case['expected'].encode()))
json.dump(answers, sys.stdout)
`;

export function askPython(cases: readonly PythonCase[]): boolean[] {
  const { stdout, status, stderr } = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify(cases),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr.toString());
  return JSON.parse(stdout.toString());
}
