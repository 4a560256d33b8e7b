// What `npm run template` writes for plain CloudFormation: the app's own template, with its code where parameters say.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TEMPLATE, writeTemplate } from '../../scripts/template/write.ts';
import { thirdPartyNotices } from '../../scripts/third-party-notices.ts';
import { resourcesOf, templateOf } from '../builders/stack.ts';
import { findPython } from '../deploy/python-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'posthorn-template-test-'));
let text: string;
let template: Template;

beforeAll(() => {
  writeTemplate(folder, {});
  text = readFileSync(join(folder, TEMPLATE), 'utf8');
  template = Template.fromJSON(JSON.parse(text));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const functions = () => resourcesOf(template, 'AWS::Lambda::Function');
const zips = () => readdirSync(folder).filter((name) => name.endsWith('.zip'));

/** Behind the prefix. */
function keyOf({ S3Key }: { readonly S3Key?: { readonly 'Fn::Join': [string, unknown[]] } }) {
  return S3Key?.['Fn::Join'][1][1];
}

describe('the template', () => {
  it('asks for a bucket and a prefix, and knows nothing of a bootstrap', () => {
    const { Parameters, Rules } = template.toJSON();
    expect(Object.keys(Parameters)).toEqual(['CodeBucket', 'CodePrefix']);
    expect(Rules).toBeUndefined();
    expect(text).not.toMatch(/bootstrap|\bcdk-|AWS::CDK|AWS::SSM/i);
  });

  it('takes the code of each function from there, by a key that is a zip beside it', () => {
    const codes = functions().map(({ Properties }) => Object(Properties.Code));
    expect(codes).toHaveLength(9);
    for (const code of codes) {
      const key = keyOf(code);
      expect(code).toEqual({
        S3Bucket: { Ref: 'CodeBucket' },
        S3Key: { 'Fn::Join': ['', [{ Ref: 'CodePrefix' }, key]] },
      });
    }
    expect(codes.map(keyOf).sort()).toEqual(zips().sort());
  });

  it('is the one of our app in everything else', () => {
    const without = (one: Template) => {
      const { Resources, Outputs } = one.toJSON();
      const withoutCode = (key: string, value: unknown) => (key === 'Code' ? undefined : value);
      return JSON.parse(JSON.stringify({ Resources, Outputs }, withoutCode));
    };
    expect(without(template)).toEqual(without(templateOf()));
  });

  it('may be put into a stack from a bucket: its text has less than CloudFormation’s megabyte', () => {
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    expect(text.length).toBeLessThan(1_000_000);
  });
});

describe('the zips', () => {
  it('have the licences of the packages in them beside them', () => {
    expect(readFileSync(join(folder, 'THIRD-PARTY-NOTICES'), 'utf8')).toBe(thirdPartyNotices());
  });

  it('are the same bytes when they are written again, with temporary files elsewhere', () => {
    const place = mkdtempSync(join(tmpdir(), 'posthorn-template-again-'));
    const again = join(place, 'written');
    const temporary = join(place, 'far', 'away');
    mkdirSync(temporary, { recursive: true });
    vi.stubEnv('TMPDIR', temporary);
    vi.stubEnv('TEMP', temporary);
    try {
      expect(tmpdir()).toBe(temporary);
      writeTemplate(again, { retentionDays: 90 });
      expect(readdirSync(again).sort()).toEqual(readdirSync(folder).sort());
      for (const name of zips()) {
        expect(readFileSync(join(again, name)).equals(readFileSync(join(folder, name)))).toBe(true);
      }
    } finally {
      vi.unstubAllEnvs();
      rmSync(place, { recursive: true, force: true });
    }
  });

  const python = findPython();
  it.skipIf(python === undefined)('are whole to another reader, and hold handlers', () => {
    const program = `
import sys, zipfile
for name in sys.argv[1:]:
    archive = zipfile.ZipFile(name)
    assert archive.testzip() is None, name
    names = archive.namelist()
    assert 'index.mjs' in names, name
    # It says where what is loaded on demand is.
    assert 'package.json' in names or not any(one.startswith('on-demand/') for one in names), name
    assert all(one.external_attr >> 16 == 0o100644 for one in archive.infolist()), name
    print(len(archive.namelist()))`;
    const files = zips().map((name) => join(folder, name));
    const counts = execFileSync(python ?? '', ['-c', program, ...files], { encoding: 'utf8' });
    expect(counts.trim().split('\n')).toHaveLength(9);
  });
});
