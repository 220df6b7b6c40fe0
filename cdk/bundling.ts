import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'
import { ESBUILD } from './esbuild.ts'

/** Where a function finds the policies that were bundled with it. */
export const BUNDLED_POLICIES = '/var/task/policies'

/** Bundling by the local esbuild, without Docker. The policies come along, so that code and policies change in one step. */
export function bundling(policies: string): BundlingOptions {
  return {
    ...ESBUILD,
    format: OutputFormat.ESM,
    bundleAwsSDK: true,
    commandHooks: {
      beforeBundling: () => [],
      beforeInstall: () => [],
      afterBundling: (_, outputDir) => [`cp -R "${policies}" "${outputDir}/policies"`],
    },
  }
}
