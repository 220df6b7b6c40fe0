import { join } from 'node:path'
import { type BundlingOptions, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs'

/** The repository's folder. */
export const ROOT = join(import.meta.dirname, '..')

/** Where a function finds the policies that were bundled with it. */
export const BUNDLED_POLICIES = '/var/task/policies'

/** How a handler is bundled: one ES module with all it needs, the SDK included. */
export const ESBUILD = {
  target: 'node24',
  mainFields: ['module', 'main'],
  minify: true,
  // Bundled CommonJS packages ask for Node's own modules by require, which an ES module does not have
  banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
  // Lambda hands credentials over in the environment, where the SDK looks first; it loads these only if it finds none
  externalModules: [
    '@aws-sdk/credential-provider-http',
    '@aws-sdk/credential-provider-ini',
    '@aws-sdk/credential-provider-login',
    '@aws-sdk/credential-provider-process',
    '@aws-sdk/credential-provider-sso',
    '@aws-sdk/credential-provider-web-identity',
    '@smithy/credential-provider-imds',
  ],
}

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
