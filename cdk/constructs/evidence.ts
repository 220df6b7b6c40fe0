import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectLockRetention, ObjectOwnership } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { ENV } from '../../lambda/env.ts'
import type { AssayFunction } from './assay-function.ts'

/** How long nobody without a special permission can remove a piece of evidence. */
const LOCKED = Duration.days(365)

/** Keeps the bytes that verdicts rest on, by their sha256. It outlives the stack. */
export class Evidence extends Construct {
  readonly bucket: Bucket

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(LOCKED),
      // The same bytes put again make a new version; the older ones say nothing more
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(1), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    })
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Two functions write here and one of them reads; whoever needs more turns on CloudTrail data events',
    })
  }

  /** Lets a function add evidence. */
  grantPut(writer: AssayFunction): void {
    writer.allow({
      actions: ['s3:PutObject'],
      resources: [this.bucket.arnForObjects('*')],
      environment: { [ENV.evidenceBucket]: this.bucket.bucketName },
      because: 'The key of an object is the hash of its bytes',
    })
  }

  /** Lets a function read evidence back. */
  grantGet(reader: AssayFunction): void {
    reader.allow({
      actions: ['s3:GetObject'],
      resources: [this.bucket.arnForObjects('*')],
      because: 'The key of an object is the hash of its bytes',
    })
    // Else what is not there is answered as not allowed
    reader.allow({ actions: ['s3:ListBucket'], resources: [this.bucket.bucketArn] })
  }
}
