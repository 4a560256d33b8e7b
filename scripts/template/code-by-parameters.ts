// Has a stack take its functions' code from a bucket that whoever deploys it names, in place of one that `cdk bootstrap`
// made: parameters for bucket and prefix, and no rule about a bootstrap.
import {
  CfnParameter,
  type DockerImageAssetLocation,
  type FileAssetLocation,
  type FileAssetSource,
  type ISynthesisSession,
  StackSynthesizer,
} from 'aws-cdk-lib';

/** Ids that say nothing of whose code it is. */
const UNTOLD = ['Default', 'Function', 'Code'];

export class CodeByParameters extends StackSynthesizer {
  /** What the code lies in, below the assembly's folder, by the file's name behind the prefix. */
  readonly folders = new Map<string, string>();
  #place: { readonly bucket: string; readonly prefix: string } | undefined;

  override addFileAsset({ displayName, fileName, sourceHash }: FileAssetSource): FileAssetLocation {
    if (fileName === undefined) throw new Error(`${displayName} has no files`);
    this.#place ??= this.#askForPlace();
    const { bucket, prefix } = this.#place;
    const whose = (displayName ?? '').split('/').filter((id) => !UNTOLD.includes(id));
    // Named by what is in it: other code is another key, which CloudFormation sees.
    const file = `${[...whose, sourceHash.slice(0, 16)].join('-')}.zip`;
    this.folders.set(file, fileName);
    const objectKey = `${prefix}${file}`;
    return {
      bucketName: bucket,
      objectKey,
      httpUrl: `https://${bucket}/${objectKey}`,
      s3ObjectUrl: `s3://${bucket}/${objectKey}`,
    };
  }

  override addDockerImageAsset(): DockerImageAssetLocation {
    throw new Error('no function of ours is an image');
  }

  override synthesize(session: ISynthesisSession): void {
    this.synthesizeTemplate(session);
    this.emitArtifact(session);
  }

  #askForPlace() {
    const bucket = new CfnParameter(this.boundStack, 'CodeBucket', {
      description: "The bucket, in the stack's region, that the zips are in.",
      minLength: 3,
    });
    const prefix = new CfnParameter(this.boundStack, 'CodePrefix', {
      description: 'What their keys begin with: nothing, or a text that ends in a slash.',
      default: '',
      allowedPattern: '(.{0,900}/)?',
    });
    return { bucket: bucket.valueAsString, prefix: prefix.valueAsString };
  }
}
