// The archive's bucket.
import type { Archive, StoredObject } from '../../core/analytics/archive.ts';
import type { S3 } from '../aws/s3.ts';

export function createArchive(s3: S3, bucket: string): Archive {
  return {
    async put(key, body) {
      await s3.call('PutObject', { Bucket: bucket, Key: key, Body: body });
    },
    async get(key) {
      return (await s3.call('GetObject', { Bucket: bucket, Key: key })).Body;
    },
    async list(prefix) {
      const objects: StoredObject[] = [];
      let next: string | undefined;
      do {
        const page = await s3.call('ListObjectsV2', {
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: next,
        });
        objects.push(...page.Contents.map(({ Key, Size }) => ({ key: Key, bytes: Size })));
        next = page.NextContinuationToken;
      } while (next !== undefined);
      return objects;
    },
  };
}
